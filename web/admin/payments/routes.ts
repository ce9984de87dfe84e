import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [{ path: 'payments', component: () => import('./PaymentsPage.vue') }]
