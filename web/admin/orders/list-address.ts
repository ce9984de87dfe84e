/** @returns the address of the order list, with its filter where one came from it. */
export function listAddress(): string {
  const previous: unknown = window.history.state?.back
  return typeof previous === 'string' && /^\/admin\/orders(\?|$)/.test(previous) ? previous : '/admin/orders'
}
