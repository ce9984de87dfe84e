import type { OrderState } from '../../core/vocabulary.ts'
import { setServerTime } from './server-clock.ts'

/** A stream that the server refused is tried again after this long; one that broke comes back by itself. */
const REOPEN_MS = 30_000

export interface StreamEvents {
  /** Also right after every connect. */
  onState: (state: OrderState) => void
  onLost: () => void
}

/** Follows an order by server-sent events. @returns what ends it. */
export function openOrderStream(id: string, { onState, onLost }: StreamEvents): () => void {
  if (typeof EventSource === 'undefined') return () => undefined
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    source = new EventSource(`/api/orders/${id}/events`)
    source.addEventListener('order', (event) => {
      const { state, serverTime } = JSON.parse((event as MessageEvent<string>).data) as {
        state: OrderState
        serverTime: number
      }
      setServerTime(serverTime)
      onState(state)
    })
    source.onerror = () => {
      onLost()
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_MS)
    }
  }

  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
