/** Every kind of job with who does it. */
import { assignJob } from './inbox.ts'
import type { JobHandlers } from './jobs.ts'
import { deliveryMail, lookupMail } from './mails.ts'

export function createJobHandlers(mailScheduleMs: readonly number[]): JobHandlers {
  return {
    delivery_mail: deliveryMail(mailScheduleMs),
    lookup_mail: lookupMail(mailScheduleMs),
    assign_payment: assignJob(),
  }
}
