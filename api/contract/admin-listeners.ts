/** What it takes to set a listener device up, and to see that it works. */
import * as z from 'zod/mini'
import { operation } from './operation.ts'
import { Id, IdParams, Time } from './words.ts'

/** What is typed into each kind of app; the secret is shown by itself. */
export const ListenerSetUp = z.object({
  own: z.object({
    /** Ends with `/`. */
    apiAddress: z.string(),
  }),
  vmq: z.object({
    /** `host` or `host:port`; the app wants `host/secret`. */
    host: z.string(),
    /** The app speaks plain http: false when the shop's address is https, and a proxy must answer port 80 for it. */
    plainHttp: z.boolean(),
    /** False when the secret has a slash in it, at which the app would cut. */
    usable: z.boolean(),
  }),
  forwarder: z.object({
    url: z.string(),
    /** What to type as the message's template. */
    template: z.string(),
    /** The text of the answer that means success. */
    success: z.string(),
  }),
})
export type ListenerSetUp = z.output<typeof ListenerSetUp>

export const showListenerSetUp = operation({
  id: 'showListenerSetUp',
  method: 'GET',
  path: '/api/admin/listeners/:id/set-up',
  summary: 'What is to be typed into the app on the phone, for each kind of app.',
  audience: 'admin',
  params: IdParams,
  reply: ListenerSetUp,
  refusals: ['not_found'],
})

export const showListenerSigns = operation({
  id: 'showListenerSigns',
  method: 'GET',
  path: '/api/admin/listeners/:id/signs',
  summary: "A device's latest sign of life since a moment, to wait for its first one.",
  audience: 'admin',
  params: IdParams,
  query: z.strictObject({ since: z.optional(z.string().check(z.regex(/^\d{1,15}$/))) }),
  reply: z.object({
    listenerId: Id,
    /** By the shop's clock: what to wait from. */
    now: Time,
    sign: z.nullable(z.object({ kind: z.enum(['check', 'notice', 'heartbeat']), at: Time })),
  }),
  refusals: ['bad_input', 'not_found'],
})
