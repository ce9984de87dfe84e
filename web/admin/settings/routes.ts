import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [{ path: 'settings', component: () => import('./SettingsPage.vue') }]
