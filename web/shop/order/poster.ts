/** A code as a picture of its own: with amount, deadline and shop, so that an old one is recognised as old. */

export interface Poster {
  readonly codeUrl: string
  readonly shop: string
  readonly title: string
  readonly amount: string
  readonly deadline: string
  readonly product: string
  readonly colour: string
}

const WIDTH = 900
const HEIGHT = 1240
const CODE = 680
const FONT = '"PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif'

/** @returns a PNG as a data: address, which even chat apps save when pressed on. @throws when the code does not load */
export async function drawPoster(poster: Poster): Promise<string> {
  const code = await loadPicture(poster.codeUrl)
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('This browser cannot draw')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  pen.fillStyle = poster.colour
  pen.fillRect(0, 0, WIDTH, 136)
  pen.textAlign = 'center'
  write(pen, poster.title, 90, 52, '#fff', 600)
  write(pen, poster.amount, 286, 112, '#15191d', 700)
  pen.imageSmoothingEnabled = false
  pen.drawImage(code, (WIDTH - CODE) / 2, 330, CODE, CODE)
  write(pen, poster.deadline, 1076, 38, '#c3282d', 500)
  write(pen, poster.product, 1134, 34, '#59636d', 400)
  write(pen, poster.shop, 1190, 34, '#59636d', 400)
  return canvas.toDataURL('image/png')
}

function write(
  pen: CanvasRenderingContext2D,
  text: string,
  y: number,
  size: number,
  colour: string,
  weight: number,
) {
  pen.fillStyle = colour
  pen.font = `${weight} ${size}px ${FONT}`
  pen.fillText(shorten(pen, text), WIDTH / 2, y)
}

function shorten(pen: CanvasRenderingContext2D, text: string): string {
  let shown = text
  while (pen.measureText(shown).width > WIDTH - 80 && shown.length > 1) {
    shown = `${Array.from(shown).slice(0, -2).join('')}…`
  }
  return shown
}

function loadPicture(url: string): Promise<HTMLImageElement> {
  return new Promise((done, fail) => {
    const picture = new Image()
    picture.onload = () => done(picture)
    picture.onerror = () => fail(new Error('The code did not load'))
    picture.src = url
  })
}
