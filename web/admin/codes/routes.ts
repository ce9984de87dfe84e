import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [{ path: 'codes', component: () => import('./CodesPage.vue') }]
