/** Merchants, keys and endpoints as the console shows them: without a secret. */
import type { Channel, Scope, WebhookEvent } from '../../core/vocabulary.ts'
import type { MerchantKeyRow, MerchantRow, WebhookEndpointRow } from '../../sql/schema.ts'
import type * as contract from '../contract/admin-merchants.ts'

export function toMerchantView(row: MerchantRow): contract.MerchantView {
  return {
    id: row.id,
    pid: row.pid,
    name: row.name,
    enabled: row.enabled_at !== null,
    isDefault: row.default_at !== null,
    channels: JSON.parse(row.channels) as Channel[],
    accountIds: JSON.parse(row.account_ids) as string[],
    returnHosts: JSON.parse(row.return_hosts) as string[],
    callbackMethod: row.callback_method,
    showQrcode: row.qrcode_at !== null,
    ordersPerMinute: row.orders_per_minute,
    notifyUrl: row.notify_url,
    returnUrl: row.return_url,
    createdAt: row.created_at,
  }
}

export function toKeyView(row: MerchantKeyRow): contract.KeyView {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    hint: row.hint,
    scopes: JSON.parse(row.scopes) as Scope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    usedAt: row.used_at,
  }
}

export function toEndpointView(row: WebhookEndpointRow, now: number): contract.EndpointView {
  const { previous_until: until } = row
  return {
    id: row.id,
    mode: row.mode,
    url: row.url,
    events: (JSON.parse(row.events) as WebhookEvent[]).filter((event) => event !== 'test.ping'),
    enabled: row.enabled_at !== null,
    createdAt: row.created_at,
    previousUntil: until !== null && until > now ? until : null,
  }
}
