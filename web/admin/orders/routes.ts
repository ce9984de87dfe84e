import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [
  { path: 'orders', component: () => import('./OrdersPage.vue') },
  { path: 'orders/:id', component: () => import('./OrderPage.vue'), props: true },
]
