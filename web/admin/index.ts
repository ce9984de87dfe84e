/** The console's routes. Every page is loaded when it is first opened, so that buyers download none of it. */
import type { RouteRecordRaw } from 'vue-router'
import { routes as audit } from './audit/routes.ts'
import { routes as codes } from './codes/routes.ts'
import { routes as developers } from './developers/routes.ts'
import { routes as inbox } from './inbox/routes.ts'
import { routes as listeners } from './listeners/routes.ts'
import { routes as orders } from './orders/routes.ts'
import { routes as overview } from './overview/routes.ts'
import { routes as payments } from './payments/routes.ts'
import { routes as products } from './products/routes.ts'
import { routes as rules } from './rules/routes.ts'
import { routes as security } from './security/routes.ts'
import { routes as settings } from './settings/routes.ts'
import { routes as stock } from './stock/routes.ts'

export const adminRoutes: RouteRecordRaw[] = [
  { path: '/admin/sign-in', component: () => import('./sign-in/SignInPage.vue') },
  {
    path: '/admin',
    component: () => import('./AdminShell.vue'),
    children: [
      ...overview,
      ...orders,
      ...products,
      ...stock,
      ...codes,
      ...listeners,
      ...rules,
      ...payments,
      ...inbox,
      ...developers,
      ...settings,
      ...security,
      ...audit,
      { path: ':rest(.*)*', redirect: '/admin' },
    ],
  },
]
