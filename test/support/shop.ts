/** A shop on a database of its own, with a clock that the test turns and letters that it can read. */
import { MailError, type Letter } from '../../com/email.ts'
import { migrate, openDb } from '../../com/db/index.ts'
import { createLog } from '../../com/log.ts'
import { createStore } from '../../com/store.ts'
import { createSettings, type ShopSettings } from '../../core/settings.ts'
import type { Shop } from '../../core/shop.ts'
import { prepareShop } from '../../core/start.ts'
import type { TestEngine } from './engines.ts'

export interface TestShop extends Shop {
  /** Letters that were sent, in order. */
  readonly letters: readonly Letter[]
  /** Lines of the log, as objects. */
  readonly logged: readonly Record<string, unknown>[]
  /** Turns the clock forward. */
  advance(ms: number): void
  /** The next letters are refused: for now, or for ever. */
  refuseMail(count: number, permanent?: boolean): void
  close(): Promise<void>
}

export async function openTestShop(
  engine: TestEngine,
  fixed: Partial<ShopSettings> = {},
  environment: { listenerSecret?: string; adminPassword?: string } = {},
): Promise<TestShop> {
  let offset = 0
  let refusals: MailError[] = []
  const letters: Letter[] = []
  const logged: Record<string, unknown>[] = []
  const log = createLog('debug', { write: (line) => void logged.push(JSON.parse(line)) })
  const database = await openDb(await engine.openUrl(), { offsetMs: () => offset })
  await migrate(database)
  const store = await createStore({ log })

  const shop: TestShop = {
    db: database.kysely,
    now: () => database.now(),
    database,
    store,
    mail: {
      async send(letter) {
        const refusal = refusals.shift()
        if (refusal) throw refusal
        letters.push(letter)
      },
      close: () => undefined,
    },
    log,
    settings: createSettings(fixed),
    letters,
    logged,
    advance: (ms) => void (offset += ms),
    refuseMail(count, permanent = false) {
      refusals = Array.from({ length: count }, () => new MailError('refused by the test', permanent))
    },
    async close() {
      await store.close()
      await database.close()
    },
  }
  await prepareShop(shop, environment)
  return shop
}
