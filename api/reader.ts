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

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i

/**
 * From this very machine and through no proxy, as far as anyone can tell. A host of another name is a tunnel, or a
 * page of a stranger that had its own name point here; HTTP/1.0 is what nginx speaks when nothing is configured.
 */
export function isDirect(ctx: Context): boolean {
  const { socket, headers, httpVersion } = ctx.req
  const loopback = /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '')
  const named = LOOPBACK_HOST.test(headers.host ?? '') && httpVersion !== '1.0'
  return loopback && named && FORWARDED.every((name) => headers[name] === undefined)
}
