import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'
import HomePage from './shop/HomePage.vue'
import NotFoundPage from './shop/NotFoundPage.vue'
import ProductPage from './shop/ProductPage.vue'
import ShopLayout from './shop/ShopLayout.vue'
import { loadOrderPages } from './shop/load-order-pages.ts'

const documents: RouteRecordRaw = {
  path: '/docs/:section?/:item?',
  component: () => import('./docs/DocsPage.vue'),
  props: true,
}

/** `/goods/:id` is printed on posters, `/pay/:id` is in sent e-mails: neither may ever change. */
const routes: RouteRecordRaw[] = [
  documents,
  {
    path: '/',
    component: ShopLayout,
    children: [
      { path: '', component: HomePage },
      { path: 'goods/:id', component: ProductPage, props: true },
      { path: 'pay/:id', component: async () => (await loadOrderPages()).OrderPage, props: true },
      { path: 'orders', component: async () => (await loadOrderPages()).OrdersPage },
      { path: ':rest(.*)*', name: 'not-found', component: NotFoundPage },
    ],
  },
]

export function createShopRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes,
    scrollBehavior: (_to, _from, kept) => kept ?? { left: 0, top: 0 },
  })
  loadConsoleOnDemand(router)
  return router
}

/** Buyers never download the console: its routes exist from the first step into `/admin` on. */
function loadConsoleOnDemand(router: Router): void {
  let loaded = false
  router.beforeEach(async (to) => {
    if (loaded || !/^\/admin(\/|$)/.test(to.path)) return true
    const { adminRoutes } = await import('./admin/index.ts')
    for (const route of adminRoutes) router.addRoute(route)
    loaded = true
    return to.fullPath
  })
}
