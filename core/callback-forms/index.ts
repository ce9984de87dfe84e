/** Every protocol with how its callbacks are written. */
import type { Protocol } from '../vocabulary.ts'
import { apiEditionForm } from './api-edition.ts'
import { epayForm } from './epay.ts'
import type { CallbackForm } from './form.ts'
import { vmqForm } from './vmq.ts'
import { webhookForm } from './webhook.ts'

export const CALLBACK_FORMS: Readonly<Record<Protocol, CallbackForm>> = {
  epay: epayForm,
  vmq: vmqForm,
  api_edition: apiEditionForm,
  v1: webhookForm,
}
