import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [{ path: 'audit', component: () => import('./AuditPage.vue') }]
