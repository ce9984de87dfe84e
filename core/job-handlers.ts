/** Every kind of job with who does it. */
import type { Call } from './callback-attempts.ts'
import { callbackJob } from './callback-jobs.ts'
import { assignJob } from './inbox.ts'
import type { JobHandlers } from './jobs.ts'
import { deliveryMail, lookupMail } from './mails.ts'

export function createJobHandlers(
  mailScheduleMs: readonly number[],
  callbacks: { readonly scheduleMs: readonly number[]; readonly call: Call },
): JobHandlers {
  return {
    delivery_mail: deliveryMail(mailScheduleMs),
    lookup_mail: lookupMail(mailScheduleMs),
    assign_payment: assignJob(),
    callback: callbackJob(callbacks.scheduleMs, callbacks.call),
  }
}
