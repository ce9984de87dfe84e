import { watchEffect } from 'vue'
import { useShop } from './useShop.ts'

/** The tab's title: what `text` says, before the shop's name. */
export function useTitle(text: () => string | undefined): void {
  const shop = useShop()
  watchEffect(() => {
    const parts = [text(), shop.value?.name].filter(Boolean)
    if (parts.length > 0) document.title = parts.join(' · ')
  })
}
