import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [
  { path: 'stock', component: () => import('./StockIndexPage.vue') },
  { path: 'stock/:id', component: () => import('./StockPage.vue'), props: true },
]
