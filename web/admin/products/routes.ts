import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [
  { path: 'products', component: () => import('./ProductsPage.vue') },
  { path: 'products/new', component: () => import('./ProductPage.vue') },
  { path: 'products/:id', component: () => import('./ProductPage.vue'), props: true },
]
