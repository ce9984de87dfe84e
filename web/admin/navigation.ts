import {
  Bell,
  Box,
  Coin,
  Connection,
  DataLine,
  Document,
  Iphone,
  Key,
  Lock,
  MessageBox,
  Setting,
  Tickets,
} from '@element-plus/icons-vue'
import type { Component, Ref } from 'vue'
import InboxIcon from './inbox/InboxIcon.vue'
import { deadCallbackCount, waitingCount } from './inbox/waiting.ts'
import type { t } from './texts/shell.ts'

type Text = Parameters<typeof t>[0]

export interface Entry {
  readonly text: Text
  readonly to: string
  readonly icon: Component
  /** How much waits there. */
  readonly waiting?: Ref<number>
}

const OVERVIEW: Entry = { text: 'overview', to: '/admin', icon: DataLine }
const ORDERS: Entry = { text: 'orders', to: '/admin/orders', icon: Tickets }
const PRODUCTS: Entry = { text: 'products', to: '/admin/products', icon: Box }
const INBOX: Entry = { text: 'inbox', to: '/admin/inbox', icon: MessageBox, waiting: waitingCount }

export const GROUPS: readonly { readonly text: Text; readonly entries: readonly Entry[] }[] = [
  {
    text: 'selling',
    entries: [OVERVIEW, ORDERS, PRODUCTS, { text: 'stock', to: '/admin/stock', icon: Key }],
  },
  {
    text: 'receiving',
    entries: [
      { text: 'codes', to: '/admin/codes', icon: Iphone },
      { text: 'listeners', to: '/admin/listeners', icon: Bell },
      { text: 'payments', to: '/admin/payments', icon: Coin },
      INBOX,
    ],
  },
  {
    text: 'system',
    entries: [
      { text: 'developers', to: '/admin/developers', icon: Connection, waiting: deadCallbackCount },
      { text: 'settings', to: '/admin/settings', icon: Setting },
      { text: 'security', to: '/admin/security', icon: Lock },
      { text: 'audit', to: '/admin/audit', icon: Document },
    ],
  },
]

/** Under the thumb on phones. */
export const BOTTOM_BAR: readonly Entry[] = [OVERVIEW, ORDERS, PRODUCTS, { ...INBOX, icon: InboxIcon }]

/** Whether an entry is where the address is; the overview only at its own address. */
export function isHere(entry: Entry, path: string): boolean {
  return path === entry.to || (entry.to !== '/admin' && path.startsWith(`${entry.to}/`))
}
