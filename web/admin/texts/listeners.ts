/** Texts of the listener devices. */
import { translator } from '../../locales/locale.ts'

const zh = {
  title: '监听设备',
  lead: '收款手机上的监听 App 看到“到账”通知就报告给店铺，订单随即自动发货。',
  setUp: '在 App 里填这两项',
  apiAddress: 'API 地址',
  apiAddressHint: '要原样填写，最后的斜杠 / 不能少。',
  secret: '密钥',
  show: '显示密钥',
  hide: '隐藏',
  copyAddress: '复制 API 地址',
  copySecret: '复制密钥',
  secretWarning: '拿到密钥的人可以伪造到账。不要发给别人，也不要截图外传。',
  scan: '用手机扫一扫，复制文字填入 App',
  scanAddress: '二维码内容：API 地址',
  scanBoth: '二维码内容：API 地址和密钥，各一行',
  qrAlt: '监听 App 配置二维码',
  check: '检查是否配好',
  checkSave: '在 App 里点“保存”，显示“配置成功”就好了，不用再设别的。',
  checkWrongKey: '显示“密匙不正确”：密钥没有完整复制，或已经换过新的。',
  checkUnreachable: '没有反应：手机打不开上面的地址。先在手机浏览器里打开它试试，手机和服务器要能互通。',
  checkPay: '再付一笔 0.01 元，几秒后应出现在“到账流水”里。',
  tryWithout: '没有手机也能试',
  tryWithoutText: '在服务器的程序目录运行下面的命令，等于手机报告“支付宝到账 0.99 元”：',
  copyCommand: '复制命令',
  lastCheck: '最近一次配置检查',
  lastNotice: '最近一次到账通知',
  lastAddress: '最近来自地址',
  neverSeen: '这台设备还没有联系过店铺',
  seen: '已经联通',
  checkedOnly: '配置成功，还没有报告过到账',
  disabled: '已停用',
  fromEnvironment: '密钥由环境变量 LISTENER_SECRET 设定，要更换请改环境变量后重启。',
  renew: '更换密钥',
  renewTitle: '更换“{name}”的密钥？',
  renewText: '旧密钥立刻失效：在 App 里填好新密钥之前，到账不会自动确认，买家付了款要等您人工处理。',
  renewDo: '更换，我马上去手机上填',
  renewed: '已更换。请马上把新密钥填进 App 并点“保存”。',
  advice: '让监听一直在线',
  adviceWechat:
    '微信：钱包 → 二维码收款 → 开启“收款到账语音提醒”。电脑上登录了微信的，请关掉电脑版里的“手机静音”，或退出电脑版。',
  adviceAlipay: '支付宝：收钱 → 开启“收款到账语音提醒”。',
  adviceBattery: '把支付宝、微信和监听 App 都加入手机清理和省电的白名单，保持网络畅通。',
  adviceCodes:
    '每个价格每个渠道准备 1.00、0.99 … 0.90 的码，十个就够；任意几个都能用，一个任意金额码可以顶全部。支付宝每天最多新建 20 个固定金额的码。',
  adviceHooks: '不要用 xposed 之类改动钱包的插件，账号会被限制。监听 App 只读状态栏通知，不需要 root。',
  adviceSecondHand: '不要用先替您收钱、以后再结算的平台（二清）。',
  adviceDirect:
    '钱直接进您自己的余额，没有手续费，中间不经过任何人。卖自己的商品用这个店铺；已有网站要接收款，用接口版。',
  adviceRules:
    '提醒：自 2022 年 3 月 1 日起（银发〔2021〕259号），个人收款码不得用于明显的经营活动或大量远程收款，钱包会限制看起来像这样的账号。控制每个账户的收款量、避开深夜、量大时申请官方商户码，是可行的办法。',
  empty: '还没有监听设备。',
  emptyHelp: '重启程序会自动建立第一台。',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Listeners',
  lead: 'The listener app on the receiving phone sees each “money received” notification and reports it; the order is then delivered by itself.',
  setUp: 'Type these two into the app',
  apiAddress: 'API address',
  apiAddressHint: 'Type it exactly, with the slash / at the end.',
  secret: 'Secret key',
  show: 'Show the key',
  hide: 'Hide',
  copyAddress: 'Copy the API address',
  copySecret: 'Copy the secret key',
  secretWarning: 'Whoever has the key can forge payments. Give it to nobody, and share no screenshot of it.',
  scan: 'Scan it with the phone, copy the text and paste it into the app',
  scanAddress: 'The QR code holds the API address',
  scanBoth: 'The QR code holds the API address and the secret key, a line each',
  qrAlt: 'QR code for setting up the listener app',
  check: 'Check that it works',
  checkSave: 'Press “保存” (save) in the app. When it answers “配置成功”, nothing else is to be set.',
  checkWrongKey: '“密匙不正确”: the key was not copied completely, or has been renewed since.',
  checkUnreachable:
    'No answer: the phone cannot reach the address above. Open it in the phone’s browser first; phone and server must see each other.',
  checkPay: 'Then pay ¥0.01: it appears under “Payments” within seconds.',
  tryWithout: 'Try it without a phone',
  tryWithoutText:
    'Run this in the program’s folder on the server. It does what the phone does when Alipay receives ¥0.99:',
  copyCommand: 'Copy the command',
  lastCheck: 'Last configuration check',
  lastNotice: 'Last notice of money',
  lastAddress: 'Last seen from',
  neverSeen: 'This device has not called yet',
  seen: 'Connected',
  checkedOnly: 'Configured; no money reported yet',
  disabled: 'Switched off',
  fromEnvironment:
    'The key is set by the environment variable LISTENER_SECRET. To renew it change the variable and restart.',
  renew: 'Renew the key',
  renewTitle: 'Renew the key of “{name}”?',
  renewText:
    'The old key stops working at once: until the new one is in the app, payments are not confirmed by themselves and buyers wait for you.',
  renewDo: 'Renew; I will type it into the phone now',
  renewed: 'Renewed. Type the new key into the app and press “保存” now.',
  advice: 'Keep the listener listening',
  adviceWechat:
    'WeChat: Wallet → Receive Money → switch on the voice reminder for payments received. Where WeChat is also signed in on a PC, switch off “mute the phone” there, or sign out of the PC.',
  adviceAlipay: 'Alipay: Collect → switch on the voice reminder for payments received.',
  adviceBattery:
    'Put Alipay, WeChat and the listener on the white list of the phone’s cleaner and battery saver, and keep the network up.',
  adviceCodes:
    'Per price and channel make codes for 1.00, 0.99 … 0.90: ten are plenty, any subset works, and one free-amount code serves all. Alipay allows at most 20 new fixed-amount codes a day.',
  adviceHooks:
    'Never use hooks into the wallets (xposed and the like): accounts get restricted. A listener only reads the status bar and needs no root.',
  adviceSecondHand: 'Never use platforms that take the money first and pay it out later (二清).',
  adviceDirect:
    'Money goes straight to your own balance, without a fee and with nobody in between. Use the shop for your own goods, and the API edition for a site you already have.',
  adviceRules:
    'Rules: since 1 March 2022 (银发〔2021〕259号) personal codes must not serve plainly commercial or remote business in volume, and wallets restrict accounts that look like it. Caps per account, quiet hours and an official merchant code are the answers.',
  empty: 'No listener yet.',
  emptyHelp: 'Restarting the program makes the first one.',
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
