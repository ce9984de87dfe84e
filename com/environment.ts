/** Every environment variable, once: how it is read and what it means. */
import { z } from 'zod'
import { LOG_LEVELS } from './log.ts'
import { isWeakSecret } from './tokens.ts'
import {
  badSignLimit,
  databaseUrl,
  host,
  mailFrom,
  mailSchedule,
  orderLimits,
  publicUrl,
  seconds,
  urlOf,
  wholeNumber,
} from './variable-types.ts'

/** `default` is text for people; what is optional here gets its default from DATA_DIR or from the console. */
export const VARIABLES = {
  PORT: {
    type: wholeNumber(1, 65_535).optional(),
    example: '8080',
    default: '80, else 8080',
    en: 'Port to listen on. Without it, port 80 is tried first and 8080 after it.',
    zh: '监听端口。不设时先试 80，不行再用 8080。',
  },
  HOST: {
    type: host.optional(),
    example: '127.0.0.1',
    default: 'all addresses',
    en: 'Address to listen on; 127.0.0.1 when a proxy stands in front.',
    zh: '监听地址。前面有反向代理时设为 127.0.0.1。',
  },
  PUBLIC_URL: {
    type: publicUrl.optional(),
    example: 'https://pay.example.com',
    default: 'as the browser asked',
    en: 'How buyers reach the shop; links in e-mails need it.',
    zh: '买家访问的网址，邮件里的链接要用到。',
  },
  DATABASE_URL: {
    type: databaseUrl.optional(),
    example: 'mysql://till:password@127.0.0.1:3306/till',
    default: 'sqlite:<DATA_DIR>/shop.db',
    en: 'The database: a SQLite file, or MySQL or MariaDB.',
    zh: '数据库：SQLite 文件，或 MySQL、MariaDB。',
  },
  REDIS_URL: {
    type: urlOf(['redis:', 'rediss:'], 'redis://host:6379 or rediss://host:6379').optional(),
    example: 'redis://127.0.0.1:6379',
    default: 'none: limits and locks in the process',
    en: 'Redis, for several processes. It may vanish at any time; nothing is lost with it.',
    zh: 'Redis，多进程时使用。它随时可以断开，不会丢任何数据。',
  },
  SMTP_URL: {
    type: urlOf(
      ['smtp:', 'smtps:'],
      'smtp://user:password@host:587 or smtps://… (special characters percent-encoded)',
    ).optional(),
    example: 'smtps://shop%40example.com:password@smtp.example.com',
    default: 'none: letters become files',
    en: 'Mail server. Without it, letters are written as .eml files to DATA_DIR/outbox.',
    zh: '发信服务器。不设时邮件写成 .eml 文件，存入 DATA_DIR/outbox。',
  },
  MAIL_FROM: {
    type: mailFrom.optional(),
    example: 'My Shop <shop@example.com>',
    default: 'the user in SMTP_URL',
    en: 'Sender of the letters.',
    zh: '发件人。',
  },
  DATA_DIR: {
    type: z.string().default('./data'),
    example: '/var/lib/qrtill',
    default: './data',
    en: 'Folder for everything the till writes; each process that runs alone needs its own.',
    zh: '程序写入的所有文件所在的目录；各自独立运行的进程要用不同的目录。',
  },
  LISTENER_SECRET: {
    type: z
      .string()
      .refine((text) => !isWeakSecret(text), 'at least 16 characters, random; leave it out and one is made')
      .optional(),
    example: 'c3f8a1d07be24956',
    default: 'made at the first start',
    en: 'Secret shared with the listener app, at least 16 characters.',
    zh: '与监听端共用的密钥，至少 16 个字符。',
  },
  ADMIN_PASSWORD: {
    type: z.string().min(8, 'at least 8 characters').optional(),
    example: 'correct horse battery',
    default: 'chosen at the first sign-in',
    en: 'Password of admin, at least 8 characters. Replaces the first sign-in with admin / admin.',
    zh: 'admin 的密码，至少 8 个字符。设置后不再用 admin / admin 首次登录。',
  },
  TRUST_PROXY: {
    type: wholeNumber(0, 10).default(0),
    example: '1',
    default: '0',
    en: 'How many proxies of your own stand in front; 0 ignores X-Forwarded-For.',
    zh: '前面有几层自己的反向代理；0 表示不看 X-Forwarded-For。',
  },
  ORDER_TTL_S: {
    type: seconds(1).optional(),
    example: '300',
    default: '300',
    en: 'Seconds to pay an order. Set here, it cannot be changed in the console; so with all below to ORDER_LIMITS.',
    zh: '付款时限（秒）。在这里设了，后台就不能改；以下到 ORDER_LIMITS 都是如此。',
  },
  LATE_ACCEPT_S: {
    type: seconds(0).optional(),
    example: '120',
    default: '120',
    en: 'Seconds after the end in which money still pays an order by itself.',
    zh: '订单过期后多少秒内到账仍自动算作付款。',
  },
  SLOT_HOLD_S: {
    type: seconds(0).optional(),
    example: '300',
    default: '300',
    en: 'Seconds an amount stays taken after its order expired or was cancelled.',
    zh: '订单过期或取消后，金额继续占用的秒数。',
  },
  SLOT_COOL_S: {
    type: seconds(0).optional(),
    example: '600',
    default: '600',
    en: 'Seconds an amount stays taken after it was paid.',
    zh: '付款后金额继续占用的秒数。',
  },
  SLOT_REST_S: {
    type: seconds(0).optional(),
    example: '1800',
    default: '1800',
    en: 'Seconds a plain price rests before it is given out again.',
    zh: '原价再次分配前的间隔秒数。',
  },
  SLOT_DEPTH: {
    type: wholeNumber(0, 1000).optional(),
    example: '10',
    default: '10',
    en: 'How many cents below the price an amount may go.',
    zh: '应付金额最多比标价低多少分。',
  },
  STARTUP_GRACE_S: {
    type: seconds(0).optional(),
    example: '120',
    default: '120',
    en: 'Seconds after a start in which no order expires.',
    zh: '启动后多少秒内订单不会过期。',
  },
  ORDER_LIMITS: {
    type: orderLimits.optional(),
    example: '60/300,2',
    default: '60/300,2',
    en: 'Orders per address / seconds, and open orders per browser and e-mail. 0 turns all or one part off: 0 or 0,2 or 60/300,0.',
    zh: '每个地址的下单数/秒数，以及每个浏览器和邮箱的未付订单数。0 表示全部或某一部分不限：0 或 0,2 或 60/300,0。',
  },
  BAD_SIGN_LIMIT: {
    type: badSignLimit.default({ limit: 30, windowMs: 60_000 }),
    example: '30/60',
    default: '30/60',
    en: 'Wrong signatures per address / seconds before it is refused; 0 is no limit.',
    zh: '每个地址允许的错误签名数/秒数，超过即拒绝；0 表示不限。',
  },
  MAIL_SCHEDULE_S: {
    type: mailSchedule.default(
      [0, 5, 30, 120, 600, 1800, 3600, 7200, 18_000, 36_000, 86_400].map((gap) => gap * 1000),
    ),
    example: '0,5,30,120,600,1800,3600,7200,18000,36000,86400',
    default: '0,5,30,120,600,1800,3600,7200,18000,36000,86400',
    en: 'Gaps in seconds between the attempts to send a letter.',
    zh: '邮件每次重发之间的间隔（秒）。',
  },
  LOG_LEVEL: {
    type: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
    example: 'warn',
    default: 'info',
    en: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
    zh: `日志级别：${LOG_LEVELS.join('、')}。`,
  },
} as const

export type VariableName = keyof typeof VARIABLES
