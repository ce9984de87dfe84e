import { crc32, deflateSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { jpegPicture } from '../test/support/jpeg.ts'
import {
  alipayPayload,
  codePicture,
  falseCodesPicture,
  plainPicture,
  twoCodesPicture,
  wechatPayload,
} from '../test/support/pictures.ts'
import { createQrReader, QrReaderBusy } from './qr-reader.ts'

const reader = createQrReader()
afterAll(() => reader.close())

describe('a picture with a code', () => {
  it.each([
    ['WeChat, with an amount', { payload: wechatPayload(7), amountText: '12.90', channel: 'wechat' }],
    ['Alipay, without', { payload: alipayPayload(7), channel: 'alipay' }],
  ] as const)('is read: %s', async (_case, code) => {
    expect(await reader.read(codePicture(code))).toEqual({ found: [code.payload] })
  })

  it('may be a JPEG', async () => {
    expect(await reader.read(jpegPicture(alipayPayload(8)))).toEqual({ found: [alipayPayload(8)] })
  })

  it('may have two codes, and names both', async () => {
    const reading = await reader.read(twoCodesPicture(wechatPayload(1), alipayPayload(1)))
    expect('found' in reading && reading.found.toSorted()).toEqual([alipayPayload(1), wechatPayload(1)])
  })

  it('names a code once that it shows twice', async () => {
    const picture = twoCodesPicture(wechatPayload(1), wechatPayload(1))
    expect(await reader.read(picture)).toEqual({ found: [wechatPayload(1)] })
  })
})

it('finds nothing in a picture without a code', async () => {
  expect(await reader.read(plainPicture(400, 300))).toEqual({ found: [] })
})

it.each([
  ['GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['nothing', Buffer.alloc(0)],
])('refuses what is neither PNG nor JPEG: %s', async (_case, file) => {
  expect(await reader.read(file)).toEqual({ refused: 'not_png_or_jpeg' })
})

describe('a damaged picture', () => {
  it('is unreadable when a PNG ends early, wherever that is', async () => {
    const file = codePicture({ payload: wechatPayload(1), channel: 'wechat' })
    for (const length of [20, 60, file.length / 2, file.length - 12]) {
      expect(await reader.read(file.subarray(0, length))).toEqual({ refused: 'unreadable' })
    }
  })

  it('is unreadable when a JPEG ends in its header, and shows no code when it ends in its pixels', async () => {
    const file = jpegPicture(alipayPayload(1))
    expect(await reader.read(file.subarray(0, 60))).toEqual({ refused: 'unreadable' })
    expect(await reader.read(file.subarray(0, file.length / 2))).toEqual({ found: [] })
  })

  it('is unreadable when its pixels are garbage', async () => {
    expect(await reader.read(pngOf(100, 100, Buffer.from('no stream of pixels')))).toEqual({
      refused: 'unreadable',
    })
  })
})

describe('a picture made to exhaust the shop', () => {
  it('is refused by its header when it has 144 million pixels, at once and without memory', async () => {
    const picture = plainPicture(12_000, 12_000)
    const before = process.memoryUsage().rss
    const started = performance.now()
    expect(await reader.read(picture)).toEqual({ refused: 'too_large' })
    expect(performance.now() - started).toBeLessThan(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000)
  })

  it('is refused when a JPEG claims more pixels than allowed', async () => {
    expect(await reader.read(withJpegSize(60_000))).toEqual({ refused: 'too_large' })
  })

  it('shows no code when a JPEG claims a size that its pixels do not have', async () => {
    expect(await reader.read(withJpegSize(1))).toEqual({ found: [] })
    expect(await reader.read(withJpegSize(8))).toEqual({ found: [] })
    expect(await reader.read(withJpegSize(3_999))).toEqual({ refused: 'unreadable' })
    expect(await reader.read(jpegPicture(alipayPayload(1)))).toEqual({ found: [alipayPayload(1)] })
  })

  it('is refused when a PNG of 10 × 10 unpacks to 200 MB', async () => {
    const bomb = pngOf(10, 10, deflateSync(Buffer.alloc(200_000_000)))
    const started = performance.now()
    expect(await reader.read(bomb)).toEqual({ refused: 'unreadable' })
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('is given up after the time limit, and the next picture is read', async () => {
    const impatient = createQrReader({ timeLimitMs: 2_000 })
    const [slow, next] = await Promise.all([
      impatient.read(falseCodesPicture(4_000)),
      impatient.read(jpegPicture(alipayPayload(1))),
    ])
    await impatient.close()
    expect(slow).toEqual({ refused: 'unreadable' })
    expect(next).toEqual({ found: [alipayPayload(1)] })
  }, 15_000)
})

it('reads many pictures sent at once, and refuses those beyond the queue', async () => {
  const pictures = Array.from({ length: 40 }, (_, seed) => jpegPicture(alipayPayload(seed)))
  const readings = await Promise.allSettled(pictures.map((picture) => reader.read(picture)))
  expect(readings.slice(0, 32)).toEqual(
    Array.from({ length: 32 }, (_, seed) => ({
      status: 'fulfilled',
      value: { found: [alipayPayload(seed)] },
    })),
  )
  for (const reading of readings.slice(32)) {
    expect(reading).toEqual({ status: 'rejected', reason: expect.any(QrReaderBusy) })
  }
  expect(await reader.read(pictures[0]!)).toEqual({ found: [alipayPayload(0)] })
})

it('rejects what still waits when it is closed, and everything afterwards', async () => {
  const closing = createQrReader()
  const waiting = [1, 2].map((seed) => closing.read(jpegPicture(alipayPayload(seed))))
  const outcomes = Promise.allSettled(waiting)
  await closing.close()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(closing.read(jpegPicture('A'))).rejects.toThrow('closed')
})

/** A PNG with one bit per pixel whose pixel data is whatever is given. */
function pngOf(width: number, height: number, pixelData: Buffer): Buffer {
  const file = plainPicture(width, height)
  const at = file.indexOf('IDAT')
  const body = Buffer.concat([Buffer.from('IDAT'), pixelData])
  const length = Buffer.alloc(4)
  const check = Buffer.alloc(4)
  length.writeUInt32BE(pixelData.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([
    file.subarray(0, at - 4),
    length,
    body,
    check,
    file.subarray(file.indexOf('IEND') - 4),
  ])
}

/** A JPEG of an Alipay code whose frame header states another width and height. */
function withJpegSize(size: number): Buffer {
  const file = jpegPicture(alipayPayload(1))
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]))
  file.writeUInt16BE(size, frame + 5)
  file.writeUInt16BE(size, frame + 7)
  return file
}
