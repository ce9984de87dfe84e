const SERVED = /^\/((goods|pay)\/[\w-]{21}|docs)$/

/**
 * The server also answers `/goods/:id` and `/pay/:id`, for share cards, and `/docs`: in the browser they become hash
 * routes.
 */
export function adoptServedAddress(): void {
  const { pathname, search, hash } = window.location
  if (SERVED.test(pathname) && hash.length < 3) history.replaceState(null, '', `/#${pathname}${search}`)
}
