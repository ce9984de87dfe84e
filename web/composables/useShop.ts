/** The shop's name, notice and channels: loaded once, asked again when older than a minute. */
import { shallowRef, type ShallowRef } from 'vue'
import { showShop, type ShopView } from '../../api/contract/shop.ts'
import { call } from '../http.ts'
import { brandVariables } from '../shop/brand.ts'
import { setServerTime } from './server-clock.ts'

const STALE_MS = 60_000

const shop = shallowRef<ShopView>()
let askedAt = 0

export function useShop(): Readonly<ShallowRef<ShopView | undefined>> {
  if (Date.now() - askedAt > STALE_MS) void load()
  return shop
}

async function load(): Promise<void> {
  askedAt = Date.now()
  try {
    const fresh = await call(showShop)
    setServerTime(fresh.serverTime)
    paint(fresh.brandColor)
    shop.value = fresh
  } catch {
    // The page's own question fails too, and says why.
    askedAt = 0
  }
}

function paint(brandColor: string): void {
  for (const [name, value] of Object.entries(brandVariables(brandColor))) {
    document.documentElement.style.setProperty(name, value)
  }
}
