import { expect, it } from 'vitest'
import { sentenceFor } from './sentences.ts'
import { v1Error } from './v1/refusals.ts'

it.each(['port', 'private'])('names the variable that lets an address through (%s)', (reason) => {
  const zh = sentenceFor('bad_url', { reason }, 'zh-CN')
  expect(zh).toMatch(/；如为本机或内网测试，请在 CALLBACK_ALLOW 中写上网址里的主机:端口。$/)
  const { message } = v1Error('bad_url', { reason }, 'en')
  expect(message).toMatch(/; for tests list host:port as the URL writes it in CALLBACK_ALLOW\.$/)
})

it.each(['not_http', 'userinfo', 'too_long'])('names no variable that would not help (%s)', (reason) => {
  expect(sentenceFor('bad_url', { reason }, 'en')).not.toContain('CALLBACK_ALLOW')
})
