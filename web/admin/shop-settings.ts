/** The shop's settings, as far as other pages of the console show by them. */
import { shallowRef } from 'vue'
import { showSettings } from '../../api/contract/admin-system.ts'
import type { SettingsView } from '../../api/contract/admin-system.ts'
import { adminCall } from './session.ts'

export const shopSettings = shallowRef<SettingsView>()

/** @throws ApiError */
export async function loadShopSettings(): Promise<void> {
  shopSettings.value = (await adminCall(showSettings)).settings
}

/** The product's page as posters carry it. */
export function productLink(id: string): string {
  return `${shopSettings.value?.publicUrl || location.origin}/#/goods/${id}`
}
