import { onScopeDispose, shallowRef } from 'vue'
import { listStock } from '../../../api/contract/admin-products.ts'
import type { StockItem } from '../../../api/contract/admin-products.ts'
import { ApiError } from '../../http.ts'
import { saveFile } from '../components/save-file.ts'
import { ElMessage } from '../element.ts'
import { adminCall } from '../session.ts'
import { t } from '../texts/stock.ts'

/**
 * Writes all keys of one batch to a text file. Reads page by page without a filter by state, so that a sale in
 * between moves no key from one page to another.
 */
export function useStockExport(productId: string) {
  const progress = shallowRef<{ done: number; total: number }>()
  let stopped = false

  async function collect(batchId: string): Promise<StockItem[]> {
    const found = new Map<string, StockItem>()
    for (let page = 1; !stopped; page += 1) {
      const query = { page: String(page), batchId }
      const { items, total } = await adminCall(listStock, { params: { id: productId }, query })
      for (const item of items) found.set(item.id, item)
      progress.value = { done: found.size, total }
      if (items.length === 0 || found.size >= total) break
    }
    return [...found.values()]
  }

  async function exportBatch(batchId: string, name: string): Promise<void> {
    if (progress.value) return
    stopped = false
    progress.value = { done: 0, total: 0 }
    try {
      const items = await collect(batchId)
      if (stopped) return
      const text = items.map((item) => item.content).join('\r\n')
      saveFile(new Blob([text], { type: 'text/plain' }), name)
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      ElMessage.error(t('exportFailed', { message: cause.message }))
    } finally {
      progress.value = undefined
    }
  }

  function stop(): void {
    stopped = true
  }

  onScopeDispose(stop)
  return { progress, exportBatch, stop }
}
