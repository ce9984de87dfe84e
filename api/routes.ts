/** Finds the routes of a request by how its path begins, instead of trying every route of every router. */
import type { Middleware } from 'koa'
import Router from 'koa-router'

type Route = Router['stack'][number]

/** @returns what all of the routers would do one after another. */
export function combineRoutes(
  routers: readonly Router[],
): Middleware & { readonly routes: readonly Route[] } {
  const routes = routers.flatMap((router) => router.stack)
  const begins = new Set(routes.map(beginningOf))
  const groups = new Map([...begins].map((begin) => [begin, answering(routes, begin)]))
  const others = answering(routes, '')

  const combined: Middleware = async function combinedRoutes(ctx, next) {
    const [, first = '', second = ''] = ctx.path.split('/', 3)
    const answer = groups.get(`/${first}/${second}`) ?? groups.get(`/${first}`) ?? others
    return answer(ctx, next)
  }
  return Object.assign(combined, { routes })
}

/** The routes whose paths can begin so, in the order of their declaration. */
function answering(routes: readonly Route[], begin: string): Middleware {
  const group = new Router()
  group.stack.push(...routes.filter((route) => `${begin}/`.startsWith(`${beginningOf(route)}/`)))
  return group.routes() as unknown as Middleware
}

/** Up to two segments without parameters: `/api/orders` of `/api/orders/:id`. Empty where a path has none. */
function beginningOf({ path }: Route): string {
  if (typeof (path as unknown) !== 'string') return ''
  const segments = path.split('/').slice(1, 3)
  const variable = segments.findIndex((segment) => segment === '' || /[:{*]/.test(segment))
  const literal = variable < 0 ? segments : segments.slice(0, variable)
  return literal.map((segment) => `/${segment}`).join('')
}
