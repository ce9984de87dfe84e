import { translator } from '../../locales/locale.ts'

const zh = {
  title: '登录管理后台',
  name: '账号',
  password: '密码',
  signIn: '登录',
  fresh: '第一次使用？',
  freshHint: '新安装的店铺可用账号 admin、密码 admin 登录一次，随后必须设置自己的密码。',
  setupCode: '初始化码',
  setupHint:
    '为防止他人抢先登录，从其他设备首次登录需要初始化码。它在首次启动时打印在服务器的终端（日志）里。',
  setupAgain: '请核对初始化码。',
  chooseTitle: '设置您的密码',
  chooseHint: '首次登录，请先换成只有您知道的密码，之后才能进入后台。',
  otherLanguage: 'English',
  backToShop: '返回店铺',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Sign in to the console',
  name: 'Name',
  password: 'Password',
  signIn: 'Sign in',
  fresh: 'First time here?',
  freshHint:
    'A fresh installation takes the name admin with the password admin once; then you choose your own.',
  setupCode: 'Set-up code',
  setupHint:
    'So that nobody signs in before you, the first sign-in from another device needs the set-up code. It was printed in the server’s terminal (its log) at the first start.',
  setupAgain: 'Please check the set-up code.',
  chooseTitle: 'Choose your password',
  chooseHint:
    'This is the first sign-in: choose a password that only you know. The console opens after that.',
  otherLanguage: '中文',
  backToShop: 'Back to the shop',
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
