/** Everything that the listener says, in both languages. */
import type { Trouble } from './notifications.ts'

export const LANGS = ['zh', 'en'] as const
export type Lang = (typeof LANGS)[number]

const zh = {
  channels: { wechat: '微信', alipay: '支付宝' },
  usage: `码上收监听（Termux）：看到微信、支付宝的到账通知，就报告给您的收银台。

  node qrtill-listener.mjs setup [--address http://…/addons/pay/] [--secret 密钥] [--boot]
                                 设置并检查；--boot 写好开机自动启动
  node qrtill-listener.mjs run     开始监听
  node qrtill-listener.mjs status  现在的情况：排队、最近成功、最近错误、规则版本
  node qrtill-listener.mjs test    看看当前通知栏会认出什么，什么都不发送
  node qrtill-listener.mjs rules   打印自带的识别规则

  --folder 目录   设置和队列放在哪里（默认 ~/.qrtill-listener；两家店就用两个目录）
  --lang zh|en    语言
  --poll 秒       多久看一次通知栏（默认 2），--command 命令  代替 termux-notification-list；都在 setup 时给`,
  askAddress: 'API 地址（后台“监听设备”页，以 /addons/pay/ 结尾）：',
  askSecret: '密钥：',
  badAddress: (text: string) => `这不是地址：${text}`,
  shortSecret: (length: number) => `密钥至少 ${length} 个字符，请完整复制。`,
  badPoll: '--poll 是 0.1 到 60 之间的秒数。',
  missingSetup: '还没有设置。请先运行：node qrtill-listener.mjs setup',
  notFromTerminal: '不在终端里运行时，请用 --address 和 --secret 给出两项设置。',
  checking: (address: string) => `正在联系 ${address} …`,
  tillAgrees: '收银台答复：密钥正确，已经联通。',
  tillRefuses: (msg: string) => `收银台答复：${msg}\n没有保存。请从后台“监听设备”重新复制地址和密钥。`,
  tillUnreachable: (detail: string) =>
    `联系不上收银台（${detail}）。没有保存。请在手机浏览器里打开这个地址试试：手机和服务器要能互通。`,
  saved: (folder: string) => `设置已保存在 ${folder}，只有您能读。`,
  statusBarWorks: (count: number) => `通知栏可以读取，现在有 ${count} 条；已经在那里的不会再报告。`,
  bootWritten: (path: string) =>
    `已写好 ${path}。请从 F-Droid 安装 Termux:Boot 并打开一次，以后开机会自动监听，记录在 log.txt。`,
  next: (program: string) => `接下来：
  1. 手机设置里，把 Termux、Termux:API、微信、支付宝都设为“不优化电池 / 允许后台运行 / 允许自启动”。
  2. 运行：node ${program} run
  3. 给自己付 0.01 元，几秒后应出现在后台“到账流水”里。`,
  troubles: {
    missing:
      '没有 termux-notification-list。请运行 pkg install termux-api，再从 F-Droid 安装 Termux:API（来源要和 Termux 相同）。',
    silent:
      '读取通知栏没有回应。请确认装了 Termux:API 这个 App，并在手机“设置 → 通知 → 通知使用权（设备和应用通知）”里允许 Termux:API。',
    empty:
      '系统暂时没有把通知交给 Termux:API。如果一直这样：在“通知使用权”里把 Termux:API 关掉再打开；小米等手机还要允许它自启动。',
    garbled: '读取通知栏得到的不是通知列表。请运行 pkg upgrade，并更新 Termux:API。',
    failed: '读取通知栏的命令出错。',
  } satisfies Record<Trouble, string>,
  troubleOver: '通知栏又可以读取了。',
  noBeatsMeanwhile: '在此期间不再向收银台报平安：后台会显示这台手机离线。',
  running: (address: string, rules: string) => `开始监听，报告给 ${address}（规则 ${rules}）`,
  alreadyRunning: '已经有一个监听在运行。查看情况：node qrtill-listener.mjs status',
  badRules: (path: string, detail: string) => `${path} 不能用（${detail}）。先用自带的规则。`,
  stopping: '正在结束；没有报告完的会在下次启动时继续。',
  noWakeLock: '没有 termux-wake-lock：手机休眠后可能停止监听。请在 Termux 的通知里点“Acquire wakelock”。',
  found: (channel: string, price: string) => `看到${channel}到账 ${price} 元，正在报告`,
  /** @param price empty: nobody could read it. */
  item: (channel: string, price: string) =>
    price === '' ? `${channel}的一条待核对通知` : `${channel} ${price} 元`,
  reported: (item: string, msg: string) => `${item}：${msg}`,
  reportedLate: (item: string, msg: string) => `！！！${item}没有自动匹配订单。收银台说：${msg}`,
  notReported: (item: string, why: string) => `${item}还没报告成功：${why}。会一直重试。`,
  gaveUp: (item: string, path: string) =>
    `${item}七天都没有报告成功，不再重试，记在 ${path}。请在后台人工核对！`,
  unreachable: (detail: string) => `联系不上收银台（${detail}）`,
  tillBack: '又联系上收银台了。',
  beatRefused: (msg: string) => `收银台不认这台手机：${msg}`,
  alertNoAmount: (rule: string, title: string, text: string) =>
    `注意：像是转账，但没有金额，没有报告（${rule}）。请自己核对：“${title}” “${text}”`,
  alertDoubt: (rule: string, title: string, text: string) =>
    `注意：像是到账，但读不出金额，只报告给收银台待核对（${rule}）：“${title}” “${text}”`,
  alertAmbiguous: (rule: string, title: string, text: string) =>
    `注意：有不止一个金额，只报告给收银台待核对（${rule}）：“${title}” “${text}”`,
  merged: (count: number, missed: number) =>
    `注意：这条通知合并了 ${count} 条，其中 ${missed} 条没有单独看到。请核对有没有漏掉的到账。`,
  gap: (channel: string, missed: number, yuan: string) =>
    `注意：按${channel}自己的统计，漏看了 ${missed} 笔到账，共 ${yuan} 元。请在后台人工核对。`,
  crowded: (app: string, count: number) =>
    `注意：${app} 在通知栏里已有 ${count} 条。安卓每个 App 最多显示 50 条，满了就看不到新的到账：请清除旧通知。`,
  clockOff: (seconds: number) =>
    `手机时钟比收银台${seconds > 0 ? '慢' : '快'} ${Math.abs(seconds)} 秒。报告时已按收银台的时间校正；请打开手机的“自动设置时间”。`,
  diskFails: (detail: string) => `写不进手机存储（${detail}）。请清理空间：重启后可能要重新读取通知栏。`,
  testTitle: (count: number, rules: string) =>
    `通知栏里有 ${count} 条通知（规则 ${rules}）。什么都没有发送。`,
  testNone: '没有微信或支付宝的通知。付 0.01 元给自己，通知还在的时候再试。',
  testMoney: (channel: string, price: string, rule: string) => `会报告：${channel} ${price} 元（${rule}）`,
  testDoubt: (rule: string) => `会报告为待核对，不带金额（${rule}）`,
  testAlert: (rule: string) => `会提醒您核对，不报告（${rule}）`,
  testNothing: '不管它',
  status: {
    running: '正在运行',
    stopped: '没有运行',
    address: '收银台',
    rules: '规则版本',
    looked: '最近读到通知栏',
    trouble: '读不到通知栏',
    beat: '最近联系上收银台',
    reported: '最近报告到账',
    queue: '等待报告',
    failure: '最近错误',
    clock: '时钟相差',
    counts: (reported: number, alerts: number, missed: number, givenUp: number) =>
      `累计：报告 ${reported} 笔，提醒核对 ${alerts} 条，可能漏看 ${missed} 笔，放弃 ${givenUp} 笔`,
    never: '还没有',
    seconds: '秒',
    items: '笔',
  },
}

export type Texts = typeof zh

const en: Texts = {
  channels: { wechat: 'WeChat', alipay: 'Alipay' },
  usage: `The qrtill listener for Termux: sees WeChat's and Alipay's notifications of money and reports them to your till.

  node qrtill-listener.mjs setup [--address http://…/addons/pay/] [--secret …] [--boot]
                                 sets up and checks; --boot prepares starting with the phone
  node qrtill-listener.mjs run     listens
  node qrtill-listener.mjs status  how it is doing: queue, last success, last error, version of the rules
  node qrtill-listener.mjs test    what the present notifications would give; sends nothing
  node qrtill-listener.mjs rules   prints the rules that come with it

  --folder folder  where set-up and queue are (~/.qrtill-listener; two shops use two folders)
  --lang zh|en     language
  --poll seconds   between two looks at the status bar (2), --command command  in place of
                   termux-notification-list; both are given to setup`,
  askAddress: 'API address (console, “Listeners”; it ends with /addons/pay/): ',
  askSecret: 'Secret key: ',
  badAddress: (text) => `This is no address: ${text}`,
  shortSecret: (length) => `The secret key has at least ${length} characters: copy all of it.`,
  badPoll: '--poll is a number of seconds from 0.1 to 60.',
  missingSetup: 'Not set up yet. First run: node qrtill-listener.mjs setup',
  notFromTerminal: 'Outside a terminal give both settings with --address and --secret.',
  checking: (address) => `Asking ${address} …`,
  tillAgrees: 'The till answers: the secret key is right.',
  tillRefuses: (msg) =>
    `The till answers: ${msg}\nNothing was saved. Copy address and secret key from the console's “Listeners” again.`,
  tillUnreachable: (detail) =>
    `The till cannot be reached (${detail}). Nothing was saved. Try the address in the phone's browser: the phone must be able to reach the server.`,
  saved: (folder) => `Saved in ${folder}, readable by you alone.`,
  statusBarWorks: (count) =>
    `The status bar can be read; it shows ${count} now. What is there already will not be reported.`,
  bootWritten: (path) =>
    `Wrote ${path}. Install Termux:Boot from F-Droid and open it once: from then on listening starts with the phone, and log.txt has the record.`,
  next: (program) => `Next:
  1. In the phone's settings exempt Termux, Termux:API, WeChat and Alipay from battery saving, and let them run in the background and start by themselves.
  2. Run: node ${program} run
  3. Pay ¥0.01 to yourself: it appears under “Payments” within seconds.`,
  troubles: {
    missing:
      'There is no termux-notification-list. Run pkg install termux-api, and install Termux:API from F-Droid (from the same source as Termux).',
    silent:
      'Reading the status bar gets no answer. Is the app Termux:API installed? Allow it in the phone’s settings under notification access (device and app notifications).',
    empty:
      'The system hands no notifications to Termux:API at the moment. If this lasts, switch its notification access off and on again, and let it start by itself.',
    garbled:
      'Reading the status bar gave something that is not a list of notifications. Run pkg upgrade, and update Termux:API.',
    failed: 'The command that reads the status bar failed.',
  },
  troubleOver: 'The status bar can be read again.',
  noBeatsMeanwhile: 'Until then the till gets no sign of life: the console shows this phone as offline.',
  running: (address, rules) => `Listening, reporting to ${address} (rules ${rules})`,
  alreadyRunning: 'A listener is running already. See: node qrtill-listener.mjs status',
  badRules: (path, detail) =>
    `${path} cannot be used (${detail}). The rules that come with the program are used.`,
  stopping: 'Ending; what is not reported yet goes on at the next start.',
  noWakeLock:
    'There is no termux-wake-lock: listening may stop when the phone sleeps. Tap “Acquire wakelock” in Termux’s notification.',
  found: (channel, price) => `${channel}: ${price} arrived, reporting it`,
  item: (channel, price) =>
    price === '' ? `a notification of ${channel} to look at` : `${channel} ${price}`,
  reported: (item, msg) => `${item}: ${msg}`,
  reportedLate: (item, msg) => `!!! ${item} was not matched by itself. The till says: ${msg}`,
  notReported: (item, why) => `${item} is not reported yet: ${why}. It goes on trying.`,
  gaveUp: (item, path) =>
    `${item} could not be reported for seven days and is given up; noted in ${path}. Check it in the console!`,
  unreachable: (detail) => `the till cannot be reached (${detail})`,
  tillBack: 'The till can be reached again.',
  beatRefused: (msg) => `The till does not accept this phone: ${msg}`,
  alertNoAmount: (rule, title, text) =>
    `Look at this: it may be a transfer, names no amount and was not reported (${rule}): “${title}” “${text}”`,
  alertDoubt: (rule, title, text) =>
    `Look at this: it may be money, and the till is told so without an amount (${rule}): “${title}” “${text}”`,
  alertAmbiguous: (rule, title, text) =>
    `Look at this: it has more than one amount, and the till is told of it without one (${rule}): “${title}” “${text}”`,
  merged: (count, missed) =>
    `Look at this: the notification stands for ${count}, and ${missed} of them were not seen by themselves. Did money come that is not in the console?`,
  gap: (channel, missed, yuan) =>
    `Look at this: by ${channel}'s own count ${missed} payments were not seen, ¥${yuan} altogether. Check them in the console.`,
  crowded: (app, count) =>
    `Look at this: ${app} shows ${count} notifications. Android shows at most 50 of an app and then none of the new ones: clear the old ones.`,
  clockOff: (seconds) =>
    `The phone's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} the till's. Reports are corrected by it; switch on automatic time on the phone.`,
  diskFails: (detail) =>
    `The phone's storage cannot be written (${detail}). Make room: after a restart the status bar may have to be read anew.`,
  testTitle: (count, rules) => `${count} notifications are shown (rules ${rules}). Nothing was sent.`,
  testNone: 'None of them is of WeChat or Alipay. Pay ¥0.01 to yourself and try while it is shown.',
  testMoney: (channel, price, rule) => `would be reported: ${channel} ${price} (${rule})`,
  testDoubt: (rule) => `would be reported for you to look at, without an amount (${rule})`,
  testAlert: (rule) => `you would be told to look at it; not reported (${rule})`,
  testNothing: 'nothing',
  status: {
    running: 'running',
    stopped: 'not running',
    address: 'till',
    rules: 'rules',
    looked: 'status bar last read',
    trouble: 'status bar cannot be read',
    beat: 'till last reached',
    reported: 'money last reported',
    queue: 'waiting',
    failure: 'last error',
    clock: 'clock off by',
    counts: (reported, alerts, missed, givenUp) =>
      `altogether: ${reported} reported, ${alerts} to look at, ${missed} perhaps missed, ${givenUp} given up`,
    never: 'not yet',
    seconds: 's',
    items: '',
  },
}

export function textsIn(lang: Lang): Texts {
  return lang === 'zh' ? zh : en
}
