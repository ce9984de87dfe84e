/** Who is signed in, and the console's calls: they carry the session's token and ask for the password where needed. */
import { shallowRef } from 'vue'
import type * as z from 'zod/mini'
import { confirmPassword, showSession, signOut } from '../../api/contract/admin-session.ts'
import type { SessionView } from '../../api/contract/admin-session.ts'
import type { Operation } from '../../api/contract/operation.ts'
import { ApiError, call } from '../http.ts'
import type { Call } from '../http.ts'

/** Undefined while nobody is signed in. AdminShell goes to the sign-in page when it becomes so. */
export const session = shallowRef<SessionView>()

/** The question that PasswordDialog shows. */
export interface PasswordQuestion {
  /** Ends the question: true when the password was right, false when the admin gave up. */
  readonly answer: (confirmed: boolean) => void
}

export const passwordQuestion = shallowRef<PasswordQuestion>()

type Schema = z.ZodMiniType

/**
 * As call(), signed in. Where the password must have been typed lately it is asked for and the call is made once
 * more; where nobody is signed in, or a first password is due, the shell leaves for the sign-in page.
 *
 * @throws ApiError
 */
export async function adminCall<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  operation: Operation<P, Q, B, R>,
  request: Call<P, Q, B> = {},
): Promise<z.output<R>> {
  try {
    return await send(operation, request)
  } catch (cause) {
    if (!(cause instanceof ApiError) || !(await mended(cause))) throw cause
    return await send(operation, request)
  }
}

async function send<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  operation: Operation<P, Q, B, R>,
  request: Call<P, Q, B>,
): Promise<z.output<R>> {
  try {
    return await call(operation, { ...request, csrfToken: session.value?.csrfToken })
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === 'sign_in_needed') session.value = undefined
    if (cause instanceof ApiError && cause.code === 'new_password_needed' && session.value)
      session.value = { ...session.value, mustChoosePassword: true }
    throw cause
  }
}

/** @returns whether the same call may now succeed. */
async function mended(refusal: ApiError): Promise<boolean> {
  if (refusal.code === 'password_needed') return askForPassword()
  // Another tab renewed the session, and its token with it.
  if (refusal.code === 'cross_site') return (await loadSession()) !== undefined
  return false
}

let openQuestion: Promise<boolean> | undefined

function askForPassword(): Promise<boolean> {
  openQuestion ??= new Promise<boolean>((resolve) => {
    passwordQuestion.value = { answer: resolve }
  }).finally(() => {
    passwordQuestion.value = undefined
    openQuestion = undefined
  })
  return openQuestion
}

/** @throws ApiError */
export async function confirmWithPassword(password: string): Promise<void> {
  session.value = await send(confirmPassword, { body: { password } })
}

/**
 * Asks the server who is signed in.
 *
 * @throws ApiError unless the answer is "nobody", which is undefined.
 */
export async function loadSession(): Promise<SessionView | undefined> {
  try {
    session.value = await call(showSession)
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'sign_in_needed') throw cause
    session.value = undefined
  }
  return session.value
}

let asked = false

/** As loadSession, but only the first time since the page was opened. @throws ApiError */
export async function ensureSession(): Promise<void> {
  if (asked || session.value) return
  await loadSession()
  asked = true
}

/** @throws ApiError */
export async function leave(): Promise<void> {
  await adminCall(signOut)
  session.value = undefined
}
