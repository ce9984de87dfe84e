const SERVED = /^(\/(?:(?:goods|pay)\/[\w-]{21}|docs))\/?$/

/**
 * The server also answers `/goods/:id` and `/pay/:id`, for share cards, and `/docs`, each also with a slash at its end:
 * in the browser they become hash routes.
 */
export function adoptServedAddress(): void {
  const { pathname, search, hash } = window.location
  const [, route] = SERVED.exec(pathname) ?? []
  if (route && hash.length < 3) history.replaceState(null, '', `/#${route}${search}`)
}
