/** A small shop that is open while things break: tills, goods, a mail server, and the ledger of what was told. */
import { stat } from 'node:fs/promises'
import { expect } from 'vitest'
import { openDb, type Db } from '../../com/db/index.ts'
import { signInAsSeller, type Seller } from '../support/client.ts'
import { phoneOf } from '../support/listener.ts'
import { startMailCatcher, type MailCatcher } from '../support/mail-catcher.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { until } from '../support/until.ts'
import { startFaultyTill, type FaultyTill, type Orders } from './faulty-till.ts'
import { judge } from './judge.ts'
import { createLedger } from './ledger.ts'
import { noteRow } from './table.ts'
import type { Market, Product } from './trade.ts'

/** Short, so that amounts are given out again and again within one test. */
const TIMES = {
  ORDER_TTL_S: '20',
  LATE_ACCEPT_S: '5',
  SLOT_HOLD_S: '5',
  SLOT_COOL_S: '4',
  SLOT_REST_S: '1',
  SLOT_DEPTH: '60',
}

const EVERY_SECOND = ['0', ...Array<string>(29).fill('1')].join()

/** As the program has it for callbacks. */
const CALLBACK_LEASE_MS = 30_000

export interface Stall extends Market {
  readonly engine: string
  /** The first; branches stand beside it on the same database. */
  readonly till: FaultyTill
  readonly catcher: MailCatcher
  /** Straight to the database, for looking. */
  readonly db: Db
  readonly seller: Seller
  openBranch(): Promise<FaultyTill>
  /** After the first till was killed. @param orders what is ordered from the very start. */
  startAgain(orders?: Orders): Promise<void>
  /** Whether every accepted notice has come into the database. */
  spoolsAreEmpty(): Promise<boolean>
  /** As if the leases of processes that were killed were over. */
  endLeases(): Promise<void>
  /** Waits until all letters and callbacks are sent and the spools are empty. */
  settle(): Promise<void>
  /** Compares what was told with what is there, but for letters, which take their time; a line of the table. */
  check(fault: string, counts?: Counts): Promise<void>
  /** Settles, and compares everything. */
  audit(fault: string, counts?: Counts): Promise<void>
  close(): Promise<void>
}

interface Counts {
  readonly rounds?: number
  readonly kills?: number
}

/**
 * @param env selects the database and the store.
 * @param detours ways around a proxy: where to look at the database, and how the till reaches the mail server.
 */
export async function openStall(
  engine: string,
  env: Record<string, string>,
  detours: { databaseUrl?: string; smtpUrl?: (url: string) => Promise<string> } = {},
): Promise<Stall> {
  const catcher = await startMailCatcher()
  const settings: Record<string, string> = {
    ...TIMES,
    ORDER_LIMITS: '0',
    TRUST_PROXY: '1',
    SMTP_URL: (await detours.smtpUrl?.(catcher.url)) ?? catcher.url,
    MAIL_SCHEDULE_S: EVERY_SECOND,
    CALLBACK_SCHEDULE_S: EVERY_SECOND,
    ...env,
  }
  const tills = [await startFaultyTill(settings)]
  const first = (): FaultyTill => tills[0] as FaultyTill
  const seller = await signInAsSeller(first().url)
  const products = await stock(seller)
  const { secret } = await phoneOf(first())
  const db = await openDb(detours.databaseUrl ?? settings.DATABASE_URL ?? '')
  const ledger = createLedger()
  let turn = 0
  let counted = 0

  async function spoolsAreEmpty(): Promise<boolean> {
    const files = await Promise.all(tills.map(({ spoolPath }) => stat(spoolPath)))
    return files.every(({ size }) => size === 0)
  }

  /** A callback that is being sent at this moment stays with who sends it: else the test itself would send it twice. */
  async function endLeases(): Promise<void> {
    const open = db.kysely.updateTable('jobs').set({ leased_until: 0 }).where('done_at', 'is', null)
    await open.where('kind', '!=', 'callback').execute()
    const lastKill = Math.max(0, ...ledger.breaks)
    await open.where('leased_until', '<', lastKill + CALLBACK_LEASE_MS).execute()
  }

  async function settle(): Promise<void> {
    await endLeases()
    await until(spoolsAreEmpty, 'the spools to be empty', 30_000)
    await until(() => hasNoWork(db), 'the letters and callbacks to be sent', 60_000)
  }

  async function compare(fault: string, withLetters: boolean, counts: Counts = {}): Promise<void> {
    for (const till of tills) till.pause() // what is compared is read table by table
    const letters = withLetters ? catcher.letters : undefined
    const verdict = await judge(db.kysely, ledger, letters, holdingOf(settings)).finally(() => {
      for (const till of tills) till.resume()
    })
    const { acknowledged, lost, double, wrong } = verdict
    const found = { lost: lost.length, double: double.length, wrong: wrong.length }
    noteRow({ rounds: 1, kills: 0, ...counts, fault, engine, acknowledged: acknowledged - counted, ...found })
    counted = acknowledged
    expect({ lost, double, wrong }, `${fault} on ${engine}`).toEqual({ lost: [], double: [], wrong: [] })
  }

  return {
    engine,
    get till() {
      return first()
    },
    get url() {
      turn += 1
      return tills[turn % tills.length]?.url ?? first().url
    },
    seller,
    ledger,
    secret,
    products,
    catcher,
    db,
    async openBranch() {
      const branch = await startFaultyTill(settings)
      tills.push(branch)
      return branch
    },
    async startAgain(orders) {
      const { url, dataDir } = first()
      ledger.breaks.push(Date.now())
      const place = { PORT: new URL(url).port, DATA_DIR: dataDir }
      tills[0] = await startFaultyTill({ ...settings, ...place }, orders)
    },
    spoolsAreEmpty,
    endLeases,
    settle,
    check: (fault, counts) => compare(fault, false, counts),
    async audit(fault, counts) {
      await settle()
      await compare(fault, true, counts)
    },
    async close() {
      await Promise.all(tills.map((till) => till.end('SIGKILL')))
      await Promise.all([db.close(), catcher.close()])
    },
  }
}

async function stock(seller: Seller): Promise<Product[]> {
  const keys = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}-${at}-KEY`)
  const single = await seller.addProduct({ priceCents: 1_000, deliveryKind: 'keys', maxQuantity: 3 })
  await seller.importKeys(single, keys('A', 3_000))
  const scarce = await seller.addProduct({ priceCents: 5_000, deliveryKind: 'keys', maxQuantity: 2 })
  await seller.importKeys(scarce, keys('B', 12))
  const shared = await seller.addProduct({ priceCents: 995, deliveryKind: 'shared' })
  await seller.addCode(alipayPayload(1), null)
  await seller.addCode(wechatPayload(1), null)
  return [
    { id: single, hasKeys: true, maxQuantity: 3 },
    { id: scarce, hasKeys: true, maxQuantity: 2 },
    { id: shared, hasKeys: false, maxQuantity: 1 },
  ]
}

function holdingOf(settings: Record<string, string>) {
  const { SLOT_HOLD_S, SLOT_COOL_S, SLOT_DEPTH } = settings
  return {
    slotHoldS: Number(SLOT_HOLD_S),
    slotCoolS: Number(SLOT_COOL_S),
    slotDepth: Number(SLOT_DEPTH),
  }
}

async function hasNoWork(db: Db): Promise<boolean> {
  const left = await db.kysely
    .selectFrom('jobs')
    .select('id')
    .where('done_at', 'is', null)
    .where('dead_at', 'is', null)
    .executeTakeFirst()
  return left === undefined
}
