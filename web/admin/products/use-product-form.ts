import { computed, reactive, ref } from 'vue'
import type { AdminProduct, ProductInput } from '../../../api/contract/admin-products.ts'
import { findYuan, formatYuan } from '../../../core/money.ts'
import { t } from '../texts/products.ts'

/** A product as the form holds it: what is typed stays text until it is sent. */
type Typed = Omit<ProductInput, 'priceCents' | 'maxQuantity' | 'lowStock' | 'sort'> & {
  price: string
  maxQuantity: string
  lowStock: string
  sort: string
}

const FRESH: Typed = {
  name: '',
  description: '',
  purchaseNote: '',
  price: '',
  deliveryKind: 'keys',
  sharedText: '',
  maxQuantity: '10',
  lowStock: '5',
  sort: '0',
  onSale: true,
  unlisted: false,
}

/** What changeProduct takes, from a product as it is. */
export function inputOf(product: AdminProduct): ProductInput {
  const { name, description, purchaseNote, priceCents, deliveryKind, sharedText } = product
  const { maxQuantity, lowStock, sort, onSale, unlisted } = product
  return {
    ...{ name, description, purchaseNote, priceCents, deliveryKind, sharedText },
    ...{ maxQuantity, lowStock, sort, onSale, unlisted },
  }
}

function typedOf(product: AdminProduct): Typed {
  const { priceCents, maxQuantity, lowStock, sort, ...same } = inputOf(product)
  return {
    ...same,
    price: formatYuan(priceCents),
    maxQuantity: String(maxQuantity),
    lowStock: String(lowStock),
    sort: String(sort),
  }
}

function wholeNumber(text: string, least: number, most: number): { value: number; fault: string } {
  const value = Number(text)
  const right = /^-?\d{1,9}$/.test(text.trim()) && value >= least && value <= most
  return { value, fault: right ? '' : t('numberWrong', { least, most }) }
}

function longerThan(text: string, most: number): string {
  return text.length > most ? t('tooLong', { most, count: text.length }) : ''
}

/** The product form: what is typed, what is wrong with it, and what it comes to. */
export function useProductForm() {
  const typed = reactive<Typed>({ ...FRESH })
  const kept = ref(JSON.stringify(FRESH))

  function fill(product: AdminProduct): void {
    Object.assign(typed, typedOf(product))
    kept.value = JSON.stringify(typed)
  }

  const read = computed(() => ({
    price: findYuan(typed.price.trim()),
    maxQuantity: wholeNumber(typed.maxQuantity, 1, 1000),
    lowStock: wholeNumber(typed.lowStock, 0, 1_000_000),
    sort: wholeNumber(typed.sort, -1_000_000, 1_000_000),
  }))

  const faults = computed(() => ({
    name: typed.name.trim() === '' ? t('nameNeeded') : longerThan(typed.name, 120),
    price: read.value.price === undefined ? t('priceWrong') : '',
    sharedText:
      typed.deliveryKind === 'shared' && typed.sharedText.trim() === ''
        ? t('sharedNeeded')
        : longerThan(typed.sharedText, 20_000),
    description: longerThan(typed.description, 20_000),
    purchaseNote: longerThan(typed.purchaseNote, 500),
    maxQuantity: read.value.maxQuantity.fault,
    lowStock: read.value.lowStock.fault,
    sort: read.value.sort.fault,
  }))

  /** @returns undefined while something is wrong. */
  function input(): ProductInput | undefined {
    const { price, maxQuantity, lowStock, sort } = read.value
    if (price === undefined || Object.values(faults.value).some(Boolean)) return undefined
    const { price: _, ...same } = typed
    return {
      ...same,
      name: typed.name.trim(),
      priceCents: price,
      maxQuantity: maxQuantity.value,
      lowStock: lowStock.value,
      sort: sort.value,
    }
  }

  const changed = computed(() => JSON.stringify(typed) !== kept.value)
  return { typed, faults, fill, input, changed }
}
