import type { CallbackView } from '../../../api/contract/admin-callbacks.ts'

/** @returns the text that says whether a call goes to an endpoint of its merchant, or where its order said. */
export function receiverOf({ endpointId }: Pick<CallbackView, 'endpointId'>) {
  return endpointId === null ? 'toNotifyUrl' : 'toEndpoint'
}
