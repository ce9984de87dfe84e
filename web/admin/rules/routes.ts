import type { RouteRecordRaw } from 'vue-router'

/** Children of `/admin`. */
export const routes: RouteRecordRaw[] = [
  { path: 'listeners/rules', component: () => import('./RulesPage.vue') },
]
