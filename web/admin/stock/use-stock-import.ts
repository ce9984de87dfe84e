import { computed, ref, shallowRef, watch } from 'vue'
import { importStock, MAX_STOCK_TEXT } from '../../../api/contract/admin-products.ts'
import type { StockImport } from '../../../api/contract/admin-products.ts'
import { useAct } from '../components/use-act.ts'
import { adminCall } from '../session.ts'
import { t } from '../texts/stock.ts'
import { isTextFile, MOST_SHOWN, readTextFile, unquoteLines } from './key-text.ts'

/** A text that is held but not drawn: a file, or a long paste. */
interface HeldText {
  readonly name: string
  readonly text: string
}

/** A hundred thousand keys on a slow machine. */
const IMPORT_MS = 300_000

/** Gathers the keys, counts them in a dry run, and imports exactly the text that was counted. */
export function useStockImport(productId: string) {
  const typed = ref('')
  const held = shallowRef<HeldText>()
  const fault = ref('')
  const counted = shallowRef<StockImport>()
  const { busy, error, act } = useAct()

  const text = computed(() => held.value?.text ?? typed.value)
  watch(text, () => {
    counted.value = undefined
    error.value = undefined
  })

  function hold(name: string, content: string): void {
    fault.value = content.length > MAX_STOCK_TEXT ? t('tooLarge') : ''
    if (!fault.value) held.value = { name, text: content }
  }

  async function takeFile(file: File): Promise<void> {
    if (!isTextFile(file.name)) {
      fault.value = t('notText')
      return
    }
    const content = await readTextFile(file)
    hold(file.name, /\.csv$/i.test(file.name) ? unquoteLines(content) : content)
  }

  /** @returns whether the paste was taken over instead of going into the field. */
  function takePaste(pasted: string): boolean {
    if (pasted.length + typed.value.length < MOST_SHOWN) return false
    hold(t('pastedText'), typed.value === '' ? pasted : `${typed.value}\n${pasted}`)
    return true
  }

  function clear(): void {
    held.value = undefined
    typed.value = ''
    fault.value = ''
  }

  function send(dryRun: boolean): Promise<StockImport> {
    const body = { text: text.value, dryRun }
    return adminCall(importStock, { params: { id: productId }, body, timeoutMs: IMPORT_MS })
  }

  async function check(): Promise<void> {
    await act(async () => (counted.value = await send(true)))
  }

  /** @returns what was imported. */
  async function run(): Promise<StockImport | undefined> {
    let done: StockImport | undefined
    await act(async () => (done = await send(false)))
    if (done) clear()
    return done
  }

  return { typed, held, text, fault, counted, busy, error, takeFile, takePaste, clear, check, run }
}
