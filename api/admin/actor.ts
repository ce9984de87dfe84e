/** Who acts, for the audit. */
import type { Context } from 'koa'
import type { Actor } from '../../core/audit.ts'
import { signedInOf } from '../serve.ts'
import { addressOf } from '../reader.ts'

export function actorOf(ctx: Context): Actor {
  return { name: signedInOf(ctx).admin.name, address: addressOf(ctx) }
}
