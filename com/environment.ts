/** Every environment variable, once: how it is read and what it means. */
import { z } from 'zod'
import { LOG_LEVELS } from './log.ts'
import { isWeakSecret } from './tokens.ts'
import {
  badSignLimit,
  databaseUrl,
  host,
  hostPorts,
  mailFrom,
  orderLimits,
  publicUrl,
  schedule,
  seconds,
  urlOf,
  wholeNumber,
} from './variable-types.ts'

/** `default` is text for people; what is optional here gets its default from DATA_DIR or from the console. */
export const VARIABLES = {
  PORT: {
    type: wholeNumber(1, 65_535).optional(),
    example: '8080',
    default: '80, 8080',
    en: 'Port to listen on. Without it, 80 is tried first, then 8080.',
    zh: '监听端口。不设时先试 80，被占用或没有权限时用 8080。',
  },
  HOST: {
    type: host.optional(),
    example: '127.0.0.1',
    default: '::',
    en: 'Address to listen on; all of them unless set. 127.0.0.1 when a proxy stands in front.',
    zh: '监听地址，不设时监听所有地址。前面有反向代理时设为 127.0.0.1。',
  },
  PUBLIC_URL: {
    type: publicUrl.optional(),
    example: 'https://pay.example.com',
    default: '—',
    en: 'How buyers reach the shop. Links in letters start with it, never with what a request says. Unless set here, it is set in the console.',
    zh: '买家访问的网址。邮件里的链接由它组成，绝不取自请求。不设时在后台“设置”里填。',
  },
  DATABASE_URL: {
    type: databaseUrl.optional(),
    example: 'mysql://till:password@127.0.0.1:3306/till',
    default: 'sqlite:<DATA_DIR>/shop.db',
    en: 'The database: a SQLite file, or MySQL or MariaDB; on the same machine through its socket with `?socketPath=<path>`.',
    zh: '数据库：SQLite 文件，或 MySQL、MariaDB；在同一台机器上可以加 `?socketPath=<路径>` 走它的套接字。',
  },
  REDIS_URL: {
    type: urlOf(['redis:', 'rediss:'], 'redis://host:6379 or rediss://host:6379').optional(),
    example: 'redis://127.0.0.1:6379',
    default: '—',
    en: 'Redis, for several processes; limits and locks stay in the process without it. It may vanish at any time, nothing is lost with it.',
    zh: 'Redis，多进程时使用；不设时限流和锁都在进程内。它随时可以断开，不会丢任何数据。',
  },
  SMTP_URL: {
    type: urlOf(
      ['smtp:', 'smtps:'],
      'smtp://user:password@host:587 or smtps://… (special characters percent-encoded)',
    ).optional(),
    example: 'smtps://shop%40example.com:password@smtp.example.com',
    default: '—',
    en: 'Mail server. Without it, letters become .eml files in DATA_DIR/outbox, and buyers get none.',
    zh: '发信服务器。不设时邮件写成 DATA_DIR/outbox 里的 .eml 文件，买家收不到。',
  },
  MAIL_FROM: {
    type: mailFrom.optional(),
    example: 'My Shop <shop@example.com>',
    default: '—',
    en: 'Sender of the letters; the user of SMTP_URL unless set.',
    zh: '发件人；不设时用 SMTP_URL 里的用户名。',
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
    default: '—',
    en: 'Secret of the first listener, random, at least 16 characters. One is made at the first start unless set.',
    zh: '第一台监听设备的密钥，随机，至少 16 个字符。不设时首次启动自动生成。',
  },
  ADMIN_PASSWORD: {
    type: z.string().min(8, 'at least 8 characters').optional(),
    example: 'correct horse battery',
    default: '—',
    en: 'Password of admin, at least 8 characters, in place of the first sign-in with admin / admin. A new value here also replaces a forgotten one.',
    zh: 'admin 的密码，至少 8 个字符，代替 admin / admin 首次登录。忘记密码时，在这里设一个新的即可。',
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
    en: 'After the till itself was away (no sign of life for 15 s), orders that ended meanwhile are still paid by themselves for so many seconds after the start, as far as nobody else has their amount.',
    zh: '程序中断超过 15 秒后重新启动时，其间到期的订单在启动后这么多秒内到账仍自动算作付款，前提是金额没有分给别人。',
  },
  ORDER_LIMITS: {
    type: orderLimits.optional(),
    example: '60/300,2',
    default: '60/300,2',
    en: 'Orders per address / seconds, and open orders per browser and e-mail. 0 turns all or one part off: 0 or 0,2 or 60/300,0. Without the first part, one address may also hold more than half of the amounts of a price.',
    zh: '每个地址的下单数/秒数，以及每个浏览器和邮箱的未付订单数。0 表示全部或某一部分不限：0 或 0,2 或 60/300,0。第一部分为 0 时，同一地址占用一个价格的金额也不再以一半为限。',
  },
  BAD_SIGN_LIMIT: {
    type: badSignLimit.default({ limit: 30, windowMs: 60_000 }),
    example: '30/60',
    default: '30/60',
    en: 'Wrong signatures per address / seconds, after which wrong ones are answered slowly and raise one alert; a right one always passes at once. 0 is no limit.',
    zh: '每个地址的错误签名数/秒数，超过后错误的慢慢答复并提醒一次；正确的始终立即通过。0 表示不限。',
  },
  MAIL_SCHEDULE_S: {
    type: schedule.default(
      [0, 5, 30, 120, 600, 1800, 3600, 7200, 18_000, 36_000, 86_400].map((gap) => gap * 1000),
    ),
    example: '0,5,30,120,600,1800,3600,7200,18000,36000,86400',
    default: '0,5,30,120,600,1800,3600,7200,18000,36000,86400',
    en: 'Gaps in seconds between the attempts to send a letter.',
    zh: '邮件每次重发之间的间隔（秒）。',
  },
  CALLBACK_SCHEDULE_S: {
    type: schedule.default(
      [0, 5, 30, 120, 300, 900, 1800, 3600, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
        (gap) => gap * 1000,
      ),
    ),
    example: '0,5,30,120,300,900,1800,3600,7200,18000,36000,50400,72000,86400',
    default: '0,5,30,120,300,900,1800,3600,7200,18000,36000,50400,72000,86400',
    en: "Gaps in seconds between the attempts to reach a merchant's site with a callback.",
    zh: '回调商户网站每次重发之间的间隔（秒）。',
  },
  CALLBACK_ALLOW: {
    type: hostPorts.default([]),
    example: '127.0.0.1:8080,shop.lan:80',
    default: '—',
    en: 'Callbacks go to public addresses and ports 80 and 443 alone. Each host:port here, separated by commas, IPv6 in brackets, is let through all the same, wherever it leads: for a site on this machine, in its network or on another port. Every merchant can then make the till call it.',
    zh: '回调只发往公网地址的 80 和 443 端口。这里写的每个 主机:端口（逗号分隔，IPv6 加方括号）无论指向哪里一律放行，用于本机、内网或其他端口上的网站。此后任何商户都能让本程序访问它。',
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
