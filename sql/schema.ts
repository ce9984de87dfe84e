/** Row types of sql/migrations. Times are Unix ms, amounts whole cents; `… | null` columns are nullable. */
import type {
  AlertKind,
  CaseState,
  Channel,
  DeliveryKind,
  EventKind,
  JobKind,
  ListenerDialect,
  Locale,
  MatchKind,
  MerchantKeyKind,
  Mode,
  OrderState,
  PaidBy,
  PaymentWarning,
  Protocol,
  Role,
  RuleKind,
  WebhookEvent,
} from '../core/vocabulary.ts'

export interface SettingRow {
  name: string
  value: string
  updated_at: number
}

export interface AdminRow {
  id: string
  name: string
  password_hash: string | null
  role: Role
  created_at: number
  password_changed_at: number | null
}

export interface SessionRow {
  token_hash: string
  admin_id: string
  csrf_token: string
  address: string
  created_at: number
  expires_at: number
  confirmed_at: number
}

export interface ProductRow {
  id: string
  name: string
  description: string
  purchase_note: string
  price_cents: number
  delivery_kind: DeliveryKind
  shared_text: string
  max_quantity: number
  low_stock: number
  sort: number
  on_sale_at: number | null
  unlisted_at: number | null
  created_at: number
  updated_at: number
}

export interface StockItemRow {
  id: string
  product_id: string
  batch_id: string
  position: number
  content: string
  content_hash: string
  order_id: string | null
  created_at: number
  assigned_at: number | null
  voided_at: number | null
}

export interface AccountRow {
  id: string
  channel: Channel
  name: string
  enabled_at: number | null
  created_at: number
  daily_cap_cents: number | null
  quiet_from: number | null
  quiet_to: number | null
  test_at: number | null
  alipay_user_id: string | null
}

export interface PayeeCodeRow {
  id: string
  account_id: string
  amount_cents: number | null
  payload: string
  payload_key: string
  enabled_at: number | null
  verified_at: number | null
  created_at: number
}

export interface ListenerRow {
  id: string
  name: string
  secret: string
  enabled_at: number | null
  created_at: number
  checked_at: number | null
  noticed_at: number | null
  last_address: string | null
  heartbeat_at: number | null
  dialect: ListenerDialect
  bound_to: string
  newer_only_at: number | null
  old_form_at: number | null
  clock_offset_ms: number | null
  silent_at: number | null
  app: string | null
}

export interface ListenerAddressRow {
  listener_id: string
  network: string
  first_at: number
  last_at: number
}

export interface ListenerAccountRow {
  listener_id: string
  channel: Channel
  account_id: string
}

export interface AmountSlotRow {
  account_id: string
  amount_cents: number
  order_id: string | null
  claimed_at: number
  held_until: number
}

export interface OrderRow {
  id: string
  product_id: string
  product_name: string
  quantity: number
  price_cents: number
  due_cents: number
  channel: Channel
  account_id: string
  code_id: string | null
  code_payload: string
  code_fixed_at: number | null
  state: OrderState
  email: string
  locale: Locale
  buyer_hash: string
  access_token: string
  address: string
  created_at: number
  expires_at: number
  late_until: number
  extended_at: number | null
  expired_at: number | null
  cancelled_at: number | null
  paid_at: number | null
  paid_by: PaidBy | null
  delivered_at: number | null
  delivered_text: string | null
  reported_at: number | null
  seller_note: string
  merchant_id: string | null
  test_at: number | null
  amount_link: string | null
  link_opened_at: number | null
}

export interface OrderEventRow {
  id: string
  order_id: string
  at: number
  step: number
  kind: EventKind
  actor: string
  detail: string
}

export interface PaymentRow {
  id: string
  listener_id: string
  account_id: string | null
  channel: Channel | null
  amount_cents: number | null
  raw_price: string
  raw_type: string
  address: string
  received_at: number
  recorded_at: number
  notice_key: string | null
  match_kind: MatchKind
  order_id: string | null
  settles_order_id: string | null
  test_at: number | null
  notice_content: string | null
  happened_at: number | null
  warning: PaymentWarning | null
  raw_text: string | null
  read_by: string | null
}

export interface PaymentCaseRow {
  payment_id: string
  state: CaseState
  order_id: string | null
  note: string
  actor: string
  decided_at: number
}

export interface JobRow {
  id: string
  kind: JobKind
  job_key: string
  order_id: string | null
  payload: string
  attempts: number
  failures: number
  queue: string
  due_at: number
  leased_by: string | null
  leased_until: number
  created_at: number
  done_at: number | null
  dead_at: number | null
  last_error: string | null
}

export interface AuditEntryRow {
  id: string
  at: number
  actor: string
  address: string
  action: string
  subject: string
  before_value: string
  after_value: string
}

export interface AlertRow {
  id: string
  at: number
  kind: AlertKind
  subject: string
  detail: string
  seen_at: number | null
}

export interface MerchantRow {
  id: string
  pid: number
  name: string
  enabled_at: number | null
  default_at: number | null
  channels: string
  account_ids: string
  return_hosts: string
  callback_method: 'GET' | 'POST'
  qrcode_at: number | null
  orders_per_minute: number
  webhook_secret: string
  created_at: number
  notify_url: string
  return_url: string
}

export interface MerchantKeyRow {
  id: string
  merchant_id: string
  kind: MerchantKeyKind
  name: string
  secret: string | null
  secret_hash: string
  hint: string
  scopes: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  used_at: number | null
}

export interface MerchantOrderRow {
  order_id: string
  merchant_id: string
  protocol: Protocol
  mode: Mode
  out_trade_no: string
  trade_no: string
  key_id: string | null
  notify_url: string
  return_url: string
  request: string
  request_hash: string
  channel_fixed_at: number | null
  created_at: number
  signed_hash: string | null
}

export interface WebhookEndpointRow {
  id: string
  merchant_id: string
  mode: Mode
  url: string
  events: string
  secret: string
  previous_secret: string | null
  previous_until: number | null
  enabled_at: number | null
  created_at: number
}

export interface CallbackRow {
  id: string
  callback_key: string
  merchant_id: string
  mode: Mode
  order_id: string | null
  endpoint_id: string | null
  protocol: Protocol
  event: WebhookEvent
  url: string
  host: string
  body: string
  redelivery_of: string | null
  created_at: number
  delivered_at: number | null
  dead_at: number | null
}

export interface CallbackAttemptRow {
  id: string
  callback_id: string
  number: number
  at: number
  method: 'GET' | 'POST'
  url: string
  headers: string
  body: string
  status: number | null
  answer: string
  error: string
  took_ms: number
}

export interface NotifySecretRow {
  merchant_id: string
  mode: Mode
  secret: string
  previous_secret: string | null
  previous_until: number | null
  created_at: number
}

export interface IdempotencyKeyRow {
  key_hash: string
  request_hash: string
  status: number | null
  body: string
  created_at: number
}

export interface NotificationRuleRow {
  id: string
  default_key: string | null
  version: number
  name: string
  app: string
  channel: Channel
  kind: RuleKind
  titles: string
  texts: string
  priority: number
  samples: string
  enabled_at: number | null
  edited_at: number | null
  created_at: number
  updated_at: number
}

export interface SpentSignRow {
  sign_key: string
  content_hash: string
  spent_at: number
}

export interface DayCountRow {
  listener_id: string
  channel: Channel
  day: string
  nth: number
  total_cents: number | null
  told_at: number
}

export interface Database {
  settings: SettingRow
  admins: AdminRow
  sessions: SessionRow
  products: ProductRow
  stock_items: StockItemRow
  accounts: AccountRow
  payee_codes: PayeeCodeRow
  listeners: ListenerRow
  listener_accounts: ListenerAccountRow
  listener_addresses: ListenerAddressRow
  amount_slots: AmountSlotRow
  orders: OrderRow
  order_events: OrderEventRow
  payments: PaymentRow
  payment_cases: PaymentCaseRow
  jobs: JobRow
  audit_entries: AuditEntryRow
  alerts: AlertRow
  merchants: MerchantRow
  merchant_keys: MerchantKeyRow
  merchant_orders: MerchantOrderRow
  webhook_endpoints: WebhookEndpointRow
  callbacks: CallbackRow
  callback_attempts: CallbackAttemptRow
  notify_secrets: NotifySecretRow
  idempotency_keys: IdempotencyKeyRow
  notification_rules: NotificationRuleRow
  spent_signs: SpentSignRow
  day_counts: DayCountRow
}
