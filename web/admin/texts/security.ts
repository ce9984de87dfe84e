import { translator } from '../../locales/locale.ts'

const zh = {
  title: '管理员与安全',
  signedInAs: '当前登录',
  role: '身份',
  signOut: '退出登录',
  passwordTitle: '修改密码',
  passwordHint: '修改后，其他设备上的登录会立即失效。',
  current: '当前密码',
  next: '新密码',
  again: '再输一次新密码',
  rule: '至少 8 位，建议 15 位以上；几个不相干的词连在一起，好记又安全。',
  tooShort: '还差 {count} 位',
  usable: '可以使用，15 位以上更安全',
  strong: '很好',
  different: '两次输入不一致',
  needed: '请填写',
  change: '修改密码',
  changed: '密码已修改',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Admins and security',
  signedInAs: 'Signed in as',
  role: 'Role',
  signOut: 'Sign out',
  passwordTitle: 'Change the password',
  passwordHint: 'Every other device is signed out at once.',
  current: 'Current password',
  next: 'New password',
  again: 'New password again',
  rule: 'At least 8 characters, better 15: a few unrelated words are easy to keep in mind and hard to guess.',
  tooShort: '{count} more to go',
  usable: 'Good enough; 15 or more are safer',
  strong: 'Very good',
  different: 'The two are different',
  needed: 'Please fill in',
  change: 'Change password',
  changed: 'Password changed',
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
