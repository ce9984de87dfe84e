/** The append-only record of what people did by hand. */
import { nanoid } from 'nanoid'
import type { AuditEntryRow } from '../sql/schema.ts'
import { asNumber } from '../com/db/index.ts'
import type { Shop } from './shop.ts'

/** Who acts by hand, and from where. */
export interface Actor {
  readonly name: string
  readonly address: string
}

/** Inside the transaction of the act itself. `before` and `after` never carry a secret. */
export async function recordAudit(
  tx: Shop,
  actor: Actor,
  action: string,
  subject: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  await tx.db
    .insertInto('audit_entries')
    .values({
      id: nanoid(),
      at: tx.now(),
      actor: actor.name,
      address: actor.address,
      action,
      subject,
      before_value: JSON.stringify(before ?? null),
      after_value: JSON.stringify(after ?? null),
    })
    .execute()
}

export async function listAudit(
  shop: Shop,
  page: number,
  size: number,
): Promise<{ entries: AuditEntryRow[]; total: number }> {
  const entries = await shop.db
    .selectFrom('audit_entries')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
  const { total } = await shop.db
    .selectFrom('audit_entries')
    .select((from) => from.fn.countAll().as('total'))
    .executeTakeFirstOrThrow()
  return { entries, total: asNumber(total) }
}
