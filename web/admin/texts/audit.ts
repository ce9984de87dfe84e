import { translator } from '../../locales/locale.ts'

const zh = {
  title: '审计',
  hint: '每一次人工操作：谁、何时、从哪里、改了什么。只增不改。',
  at: '时间',
  actor: '操作人',
  action: '操作',
  subject: '对象',
  change: '变更',
  before: '之前',
  after: '之后',
  show: '查看',
  empty: '还没有人工操作',
}

const en: Record<keyof typeof zh, string> = {
  title: 'Audit',
  hint: 'Every act by hand: who, when, from where, and what changed. Nothing here is ever edited.',
  at: 'Time',
  actor: 'Who',
  action: 'Act',
  subject: 'Subject',
  change: 'Change',
  before: 'Before',
  after: 'After',
  show: 'Show',
  empty: 'Nothing was done by hand yet',
}

export const t = translator<typeof zh>({ 'zh-CN': zh, en })
