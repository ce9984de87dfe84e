import { hash, verify } from '@node-rs/argon2'
import { randomToken } from './tokens.ts'

/** The library's default algorithm is argon2id; memory in KiB. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each takes one of Node's four threads, which reading files and packing answers need as well. */
const AT_ONCE = 2

let running = 0
const waiting: (() => void)[] = []

/** @returns a PHC string with its own salt and cost. The text is brought to NFC, so every keyboard types the same. */
export function hashPassword(text: string): Promise<string> {
  return inTurn(() => hash(text.normalize('NFC'), COST))
}

const nobody = hashPassword(randomToken())

/** @param hash null where there is no such account: takes as long as a wrong password and answers false. */
export async function verifyPassword(hash: string | null, text: string): Promise<boolean> {
  const known = hash ?? (await nobody)
  const right = await inTurn(() => verify(known, text.normalize('NFC')))
  return right && hash !== null
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running += 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

/** The most common passwords of eight characters and more; shorter ones are refused for their length. */
const COMMON_PASSWORDS = new Set(
  `12345678 123456789 1234567890 12345678910 87654321 987654321 0123456789 11111111 111111111 1111111111
  00000000 000000000 0000000000 88888888 888888888 66666666 666666666 99999999 22222222 12121212 11223344
  112233445566 12341234 12344321 123123123 147258369 789456123 123456789a 123456789q a123456789 a1234567
  a12345678 aa123456 aa12345678 abc12345 abc123456 abcd1234 abcdefgh aaaaaaaa asdfghjk asdfghjkl asdf1234
  1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 qwer1234 qwert12345 qwertyui qwertyuiop qwerty12 qwerty123
  qwerty1234 zxcvbnm1 zxcvbnm123 zaq12wsx password password1 password12 password123 password1234 passw0rd
  p@ssw0rd p@ssword pass1234 admin123 admin1234 admin12345 admin123456 admin888 adminadmin admin@123
  administrator root1234 rootroot test1234 testtest guest123 user1234 welcome1 welcome123 letmein1 changeme
  changeme1 iloveyou iloveyou1 sunshine princess football baseball superman trustno1 whatever computer
  5201314520 woaini520 woaini1314 woaini521 woaini123 wodemima 520520520 13145200 1314520520 taobao123
  alipay123 wechat123 weixin123 mimamima qrtill123 qrtilladmin`.split(/\s+/),
)

/** Whether a password must not be chosen: under 8 characters or among the most common ones, in any letter case. */
export function isWeakPassword(text: string): boolean {
  return Array.from(text).length < 8 || COMMON_PASSWORDS.has(text.toLowerCase())
}
