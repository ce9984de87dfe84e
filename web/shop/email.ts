/** Reading an e-mail address that was typed on a phone. */

/** Widely used by buyers, or so near to one of these that they must not be taken for a slip. */
const PROVIDERS = [
  'qq.com',
  'vip.qq.com',
  'foxmail.com',
  '163.com',
  'vip.163.com',
  '126.com',
  'yeah.net',
  '188.com',
  '139.com',
  '189.cn',
  'wo.cn',
  'sina.com',
  'sina.cn',
  'sohu.com',
  'aliyun.com',
  'gmail.com',
  'googlemail.com',
  'ymail.com',
  'email.com',
  'mail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'live.cn',
  'msn.com',
  'icloud.com',
  'me.com',
  'yahoo.com',
  'proton.me',
  'protonmail.com',
]

const ADDRESS =
  /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}$/

/** Blanks go, and the full-width signs of a Chinese keyboard become what was meant. */
export function cleanEmail(typed: string): string {
  return typed
    .replace(/\s/g, '')
    .replace(/＠/g, '@')
    .replace(/[。．]/g, '.')
}

export function isEmail(address: string): boolean {
  return address.length <= 254 && ADDRESS.test(address)
}

/** @returns the address that was probably meant, such as `a@qq.com` for `a@qq.con`; undefined without a guess. */
export function likelyEmail(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1).toLowerCase()
  if (at < 1 || domain === '' || PROVIDERS.includes(domain)) return undefined
  const meant =
    PROVIDERS.find((one) => one.split('.')[0] === domain) ?? PROVIDERS.find((one) => isOneSlip(domain, one))
  return meant && `${address.slice(0, at)}@${meant}`
}

/** One letter too many, missing or wrong, or two neighbours swapped. */
function isOneSlip(typed: string, meant: string): boolean {
  let start = 0
  while (start < typed.length && typed[start] === meant[start]) start += 1
  const [left, right] = [typed.slice(start), meant.slice(start)]
  return (
    left.slice(1) === right ||
    left === right.slice(1) ||
    left.slice(1) === right.slice(1) ||
    (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2))
  )
}
