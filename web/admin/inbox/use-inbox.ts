import { computed, watch } from 'vue'
import { useRouter } from 'vue-router'
import { listInbox, type InboxEntry } from '../../../api/contract/admin-inbox.ts'
import type { QueryOf } from '../../../api/contract/operation.ts'
import { PAGE_SIZE } from '../../../api/contract/words.ts'
import { useAnswer } from '../components/use-answer.ts'
import { useFilters } from '../components/use-filters.ts'
import { useFresh } from '../components/use-fresh.ts'
import { adminCall } from '../session.ts'
import { countWaiting, noteWaiting } from './waiting.ts'

/** The inbox by the address: `which` is open or closed. `settled` runs when the goods of an assignment went out. */
export function useInbox(settled: () => void) {
  const router = useRouter()
  const { filters, asked } = useFilters(['which'])
  const isOpen = computed(() => filters.value.which !== 'closed')

  async function ask() {
    const forOpen = isOpen.value
    // What stands in the address may be anything; the server says so where it is none of the two.
    const fresh = await adminCall(listInbox, { query: asked.value as QueryOf<typeof listInbox> })
    if (forOpen) noteWaiting({ payments: fresh.total, reported: fresh.reported.length })
    return fresh
  }
  const { answer, error, busy, reload } = useAnswer(ask, asked)
  const looking = useFresh(reload, 10_000)

  const page = computed(() => Number(asked.value.page) || 1)
  const pages = computed(() => Math.ceil((answer.value?.total ?? 0) / PAGE_SIZE))

  function turn(to: number): void {
    void router.replace({ query: { ...filters.value, ...(to > 1 && { page: String(to) }) } })
  }

  let going: ReadonlySet<string> = new Set()
  watch(answer, (now) => {
    if (!now || !isOpen.value) return
    const here = new Set(now.entries.map(({ payment }) => payment.id))
    if ([...going].some((id) => !here.has(id))) settled()
    going = new Set(now.entries.filter(isGoing).map(({ payment }) => payment.id))
    if (now.entries.length === 0 && pages.value > 0 && page.value > pages.value) turn(pages.value)
  })

  /** After a decision. */
  async function changed(): Promise<void> {
    await Promise.all([reload(), isOpen.value ? undefined : countWaiting()])
  }

  return {
    answer,
    error,
    busy: computed(() => busy.value && !looking.value),
    reload,
    changed,
    isOpen,
    page,
    turn,
  }
}

function isGoing({ state }: InboxEntry): boolean {
  return state === 'assigning'
}
