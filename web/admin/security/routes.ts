import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [{ path: 'security', component: () => import('./SecurityPage.vue') }]
