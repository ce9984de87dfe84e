/** What the seller can decide about a payment. Each decision is one call; `changed` runs once it is made. */
import { assignPayment, closeCase, reopenCase } from '../../../api/contract/admin-inbox.ts'
import { useAct } from '../components/use-act.ts'
import { adminCall } from '../session.ts'

export function useDecide(changed: () => void) {
  const { busy, error, act } = useAct()

  async function decide(work: () => Promise<unknown>, done?: string): Promise<void> {
    if (await act(work, done)) changed()
  }

  return {
    busy,
    error,
    give: (paymentId: string, orderId: string) =>
      decide(() => adminCall(assignPayment, { params: { id: paymentId }, body: { orderId } })),
    ignore: (id: string) =>
      decide(() => adminCall(closeCase, { params: { id }, body: { state: 'ignored', note: '' } })),
    takeBack: (id: string, done?: string) => decide(() => adminCall(reopenCase, { params: { id } }), done),
  }
}
