/** Addresses to which a buyer's browser is sent. */
import { fail } from '../../core/errors.ts'

/** @returns empty for none. @throws ShopError `bad_url` */
export function checkedReturnUrl(field: string, url: string): string {
  return url === '' || URL.canParse(url) ? url : fail('bad_url', { field, reason: 'not_http' })
}
