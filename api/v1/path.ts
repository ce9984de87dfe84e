/** Below it everything belongs to merchants' sites, in whatever spelling. */
export function isMerchantApi(path: string): boolean {
  return /^\/+api\/+v1(\/|$|\.)/i.test(path)
}
