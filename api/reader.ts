/** Who asks: their language, their address, their proof. */
import { isIP } from 'node:net'
import type { Context } from 'koa'
import type { Locale } from '../core/vocabulary.ts'

/** Chinese unless the reader asks for something else. */
export function localeOf(ctx: Context): Locale {
  const best = ctx.acceptsLanguages('zh-CN', 'zh', 'en')
  return best === 'zh-CN' || best === 'zh' ? 'zh-CN' : 'en'
}

/** IPv4 in its own form, also when it came through an IPv6 socket. The connection's own where a proxy names none. */
export function addressOf(ctx: Context): string {
  const named = plainAddress(ctx.ip)
  return isIP(named) ? named : plainAddress(ctx.req.socket.remoteAddress ?? '')
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

const TOKEN = /^[A-Za-z0-9_-]{32}$/

/** @returns the proof that an order is the caller's, where they sent a well-formed one. */
export function buyerTokenOf(ctx: Context): string | undefined {
  const token = ctx.get('X-Buyer-Token')
  return TOKEN.test(token) ? token : undefined
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'via']

/** From this very machine and through no proxy, as far as anyone can tell. */
export function isDirect(ctx: Context): boolean {
  const remote = ctx.req.socket.remoteAddress ?? ''
  const loopback = /^(127\.|::1$|::ffff:127\.)/.test(remote)
  return loopback && FORWARDED.every((name) => ctx.req.headers[name] === undefined)
}
