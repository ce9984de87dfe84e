/** Addresses that we are asked to call. */
import { checkCallUrl } from '../com/http.ts'
import { fail } from '../core/errors.ts'

/** @returns the address, empty for none. @throws ShopError `bad_url` for one that we would not call */
export function checkedCallUrl(field: string, url: string, allow: readonly string[]): string {
  const verdict = url === '' ? 'ok' : checkCallUrl(url, allow)
  return verdict === 'ok' ? url : fail('bad_url', { field, reason: verdict })
}
