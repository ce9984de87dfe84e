/** The closed list of what the shop can refuse, with the HTTP status of each. */
export const REFUSALS = {
  bad_input: 400,
  bad_amount: 400,
  bad_email: 400,
  bad_url: 400,
  bad_picture: 400,
  picture_too_large: 413,
  no_code_in_picture: 422,
  not_a_receiving_code: 422,
  duplicate_code: 409,
  bad_rule: 400,
  open_title: 400,
  sign_in_needed: 401,
  wrong_credentials: 401,
  key_needed: 401,
  wrong_key: 401,
  scope_needed: 403,
  test_key_needed: 403,
  setup_code_needed: 403,
  new_password_needed: 403,
  password_needed: 403,
  weak_password: 400,
  weak_secret: 400,
  cross_site: 403,
  not_allowed: 403,
  not_found: 404,
  order_not_found: 404,
  merchant_key_needed: 409,
  order_changed: 409,
  idempotency_mismatch: 400,
  idempotency_busy: 409,
  order_exists: 409,
  order_paid: 409,
  sign_used: 409,
  product_not_found: 404,
  proof_needed: 403,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  too_large: 413,
  off_sale: 409,
  out_of_stock: 409,
  channel_unavailable: 409,
  no_code_for_price: 409,
  no_free_amount: 409,
  nobody_listens: 409,
  wrong_state: 409,
  set_by_environment: 409,
  too_many_endpoints: 409,
  too_many_open_orders: 429,
  too_many_requests: 429,
  database_away: 503,
} as const

export type RefusalCode = keyof typeof REFUSALS

/** Facts that a refusal's sentence names, such as `{ freeInSeconds: 80 }`. Safe to show to anyone. */
export type RefusalDetails = Readonly<Record<string, unknown>>

/** An expected "no": shown to whoever asked. Anything else that is thrown is a fault. */
export class ShopError extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code)
    this.name = 'ShopError'
    this.code = code
    this.details = details
  }
}

export function fail(code: RefusalCode, details?: RefusalDetails): never {
  throw new ShopError(code, details)
}

/** The shop must not open as it is configured; the message says what is to be changed. */
export class CannotStart extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotStart'
  }
}
