/** One order as it is now: by the live stream, by asking where there is none, and at once when the page wakes up. */
import { onScopeDispose, shallowRef } from 'vue'
import { showOrder, type OrderView } from '../../api/contract/orders.ts'
import { call, type ApiError } from '../http.ts'
import { buyerToken, forgetOrderKey, orderKey } from '../shop/buyer-token.ts'
import { canMove, pauseBefore } from '../shop/order/rhythm.ts'
import { openOrderStream } from './order-stream.ts'
import { setServerTime } from './server-clock.ts'
import { asApiError } from './useQuestion.ts'
import { useWakeUp } from './useWakeUp.ts'

/** After a question that got no answer. */
const OFFLINE_MS = 5_000
/** "Checking" stays long enough to be read. */
const CHECKING_MS = 800

export function useOrder(id: string) {
  const order = shallowRef<OrderView>()
  const refusal = shallowRef<ApiError>()
  const offline = shallowRef(false)
  const checking = shallowRef(false)
  let live = false
  let movedAt = Date.now()
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let closeStream: (() => void) | undefined

  async function refresh(): Promise<void> {
    const mine = ++turn
    clearTimeout(timer)
    try {
      const fresh = await readOrder(id)
      if (mine === turn) adopt(fresh)
    } catch (cause) {
      if (mine === turn) refuse(asApiError(cause))
    }
  }

  /** Takes the order as the server just answered it, here or to an action. */
  function adopt(fresh: OrderView): void {
    turn += 1
    if (fresh.state !== order.value?.state) movedAt = Date.now()
    setServerTime(fresh.serverTime)
    order.value = fresh
    refusal.value = undefined
    offline.value = false
    follow(fresh)
    askAgain()
  }

  function refuse(error: ApiError): void {
    offline.value = error.code === 'offline'
    if (!order.value) refusal.value = error
    if (error.code !== 'order_not_found') timer = setTimeout(refresh, OFFLINE_MS)
  }

  function askAgain(): void {
    clearTimeout(timer)
    if (!order.value) return
    const pause = pauseBefore(order.value, { live, hidden: document.hidden, age: Date.now() - movedAt })
    if (pause !== null) timer = setTimeout(refresh, pause)
  }

  function follow(fresh: OrderView): void {
    if (!canMove(fresh)) return stopFollowing()
    closeStream ??= openOrderStream(id, {
      onState(state) {
        const returned = offline.value
        live = true
        if (state !== order.value?.state || returned) void refresh()
        else askAgain()
      },
      onLost() {
        if (live) void refresh()
        live = false
      },
    })
  }

  function stopFollowing(): void {
    closeStream?.()
    closeStream = undefined
    live = false
  }

  async function check(): Promise<void> {
    if (order.value && !canMove(order.value)) return refresh()
    checking.value = true
    await Promise.all([refresh(), new Promise((done) => setTimeout(done, CHECKING_MS))])
    checking.value = false
  }

  void refresh()
  useWakeUp(() => void check())
  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
    stopFollowing()
  })
  return { order, refusal, offline, checking, refresh, check, adopt }
}

/** With the key that came by mail, else as this browser; a key that proves nothing is forgotten. */
async function readOrder(id: string): Promise<OrderView> {
  const key = orderKey(id)
  const order = await call(showOrder, { params: { id }, buyerToken: key ?? buyerToken() })
  if (!key || order.proven || !buyerToken()) return order
  forgetOrderKey(id)
  return call(showOrder, { params: { id }, buyerToken: buyerToken() })
}
