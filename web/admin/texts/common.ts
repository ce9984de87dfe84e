import { translator } from '../../locales/locale.ts'

const zh = {
  retry: '重试',
  cancel: '取消',
  save: '保存',
  saved: '已保存',
  confirm: '确定',
  back: '返回',
  copy: '复制',
  copied: '已复制',
  copyFailed: '无法复制，请手动选择复制',
  reason: '原因',
  reasonNeeded: '请填写原因',
  total: '共 {count} 条',
  empty: '暂无数据',
  all: '全部',
  actions: '操作',
  never: '从未',
  justNow: '刚刚',
  minutesAgo: '{count} 分钟前',
  hoursAgo: '{count} 小时前',
  daysAgo: '{count} 天前',
}

const en: Record<keyof typeof zh, string> = {
  retry: 'Try again',
  cancel: 'Cancel',
  save: 'Save',
  saved: 'Saved',
  confirm: 'OK',
  back: 'Back',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy. Please select and copy by hand',
  reason: 'Reason',
  reasonNeeded: 'Please give a reason',
  total: '{count} in total',
  empty: 'Nothing here yet',
  all: 'All',
  actions: 'Actions',
  never: 'Never',
  justNow: 'just now',
  minutesAgo: '{count} min ago',
  hoursAgo: '{count} h ago',
  daysAgo: '{count} d ago',
}

export const common = translator<typeof zh>({ 'zh-CN': zh, en })
