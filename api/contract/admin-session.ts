/** Signing in to the console. */
import * as z from 'zod/mini'
import { ROLES } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Done, Time } from './words.ts'

const Password = z.string().check(z.minLength(1), z.maxLength(200))

export const SessionView = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  /** Send it as `X-CSRF-Token` with everything that changes something. */
  csrfToken: z.string(),
  /** Nothing but the choice of a password is allowed until then. */
  mustChoosePassword: z.boolean(),
  /** Until then payees and secrets may be changed without typing the password again. */
  confirmedUntil: Time,
  /** The page came over plain http. */
  plainHttp: z.boolean(),
})
export type SessionView = z.output<typeof SessionView>

export const signIn = operation({
  id: 'signIn',
  method: 'POST',
  path: '/api/admin/session',
  summary: 'Signs in and sets the session cookie. The very first time admin / admin, once.',
  audience: 'anyone',
  body: z.strictObject({
    name: z.string().check(z.minLength(1), z.maxLength(64)),
    password: Password,
    /** Printed at the first start; needed for the first sign-in from another machine. */
    setupCode: z.optional(z.string().check(z.maxLength(64))),
  }),
  reply: SessionView,
  refusals: ['wrong_credentials', 'setup_code_needed', 'too_many_requests', 'cross_site'],
})

export const showSession = operation({
  id: 'showSession',
  method: 'GET',
  path: '/api/admin/session',
  summary: 'Who is signed in.',
  audience: 'first-password',
  reply: SessionView,
  refusals: [],
})

export const signOut = operation({
  id: 'signOut',
  method: 'DELETE',
  path: '/api/admin/session',
  summary: 'Ends the session.',
  audience: 'first-password',
  reply: Done,
  refusals: [],
})

export const choosePassword = operation({
  id: 'choosePassword',
  method: 'PUT',
  path: '/api/admin/password',
  summary: 'Chooses a new password, ends all other sessions and renews this one.',
  audience: 'first-password',
  body: z.strictObject({
    /** Left out when the first password is chosen. */
    current: z.optional(Password),
    next: Password,
  }),
  reply: SessionView,
  refusals: ['weak_password', 'wrong_credentials', 'too_many_requests'],
})

export const confirmPassword = operation({
  id: 'confirmPassword',
  method: 'POST',
  path: '/api/admin/session/confirm',
  summary: 'Types the password again, which allows changes of payees and secrets for 15 minutes.',
  audience: 'admin',
  body: z.strictObject({ password: Password }),
  reply: SessionView,
  refusals: ['wrong_credentials', 'too_many_requests'],
})
