/** The console's session cookie. Over https it is bound to this very host; over plain http it cannot be. */
import type { Context } from 'koa'

const NAME = 'qrtill_session'
const SECURE_NAME = `__Host-${NAME}`

const OPTIONS = { httpOnly: true, sameSite: 'strict', overwrite: true, path: '/' } as const

export function readCookie(ctx: Context): string | undefined {
  return ctx.cookies.get(ctx.secure ? SECURE_NAME : NAME)
}

export function writeCookie(ctx: Context, token: string): void {
  ctx.cookies.set(ctx.secure ? SECURE_NAME : NAME, token, { ...OPTIONS, secure: ctx.secure })
}

export function dropCookie(ctx: Context): void {
  ctx.cookies.set(ctx.secure ? SECURE_NAME : NAME, null, { ...OPTIONS, secure: ctx.secure })
}
