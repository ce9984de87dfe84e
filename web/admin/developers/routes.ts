import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [
  { path: 'developers', component: () => import('./MerchantsPage.vue') },
  { path: 'developers/callbacks', component: () => import('./CallbacksPage.vue') },
  { path: 'developers/merchants/:id', component: () => import('./MerchantPage.vue'), props: true },
]
