/** Kinds of keys and what they may do, in words. */
import type { MerchantKeyKind, Scope } from '../../../core/vocabulary.ts'
import type { t } from '../texts/developers.ts'

type Text = Parameters<typeof t>[0]

export const KINDS: Readonly<Record<MerchantKeyKind, { readonly name: Text; readonly hint: Text }>> = {
  md5: { name: 'kindMd5', hint: 'kindMd5Hint' },
  live: { name: 'kindLive', hint: 'kindLiveHint' },
  test: { name: 'kindTest', hint: 'kindTestHint' },
}

export const SCOPE_WORDS: Readonly<Record<Scope, Text>> = {
  'orders:read': 'scopeRead',
  'orders:write': 'scopeWrite',
  webhooks: 'scopeWebhooks',
}
