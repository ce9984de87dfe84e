import { setTimeout as sleep } from 'node:timers/promises'
import type { CompiledQuery } from 'kysely'
import { nanoid } from 'nanoid'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS } from '../test/support/trade.ts'
import type { JobRow } from '../sql/schema.ts'
import { enqueue, HopelessJob, InterruptedJob, LaterJob, runDueJobs, type JobHandler } from './jobs.ts'
import { transaction, type Shop } from './shop.ts'

/** @returns what waits until so many have come. */
function meeting(count: number): () => Promise<void> {
  let coming = count
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  return () => {
    coming -= 1
    if (coming === 0) begin()
    return begun
  }
}

const SCHEDULE = [0, 60_000, 600_000]

describeOnEngines('work that must happen after commit', (engine) => {
  let shop: TestShop
  /** Another process on the same database. */
  let other: TestShop
  beforeAll(async () => {
    const url = await engine.openUrl()
    const same = { ...engine, openUrl: async () => url }
    shop = await openTestShop(same)
    other = await openTestShop(same)
  })
  beforeEach(() => shop.db.deleteFrom('jobs').execute())
  afterAll(() => Promise.all([shop.close(), other.close()]))

  const ask = (key: string = nanoid()) =>
    transaction(shop, (tx) => enqueue(tx, { kind: 'delivery_mail', key, orderId: 'A'.repeat(21) }))
  const rows = () => shop.db.selectFrom('jobs').selectAll().execute()
  const work = (run: JobHandler['run'], rest: Partial<JobHandler> = {}) =>
    runDueJobs(shop, { ...HANDLERS, delivery_mail: { scheduleMs: SCHEDULE, run, ...rest } })

  it('is asked for once by its key, and not at all when the transaction is rolled back', async () => {
    await ask('once')
    await ask('once')
    await Promise.all([ask('also once'), ask('also once')])
    const undone = transaction(shop, async (tx) => {
      await enqueue(tx, { kind: 'delivery_mail', key: 'undone' })
      throw new Error('rolled back')
    })
    await expect(undone).rejects.toThrow('rolled back')
    expect((await rows()).map(({ job_key }) => job_key).sort()).toEqual(['also once', 'once'])
  })

  it('is done once when many workers look at once', async () => {
    for (let count = 0; count < 20; count += 1) await ask()
    const done: string[] = []
    const run = async (_: unknown, job: JobRow) => void done.push(job.id)
    const ran = await Promise.all([work(run), work(run), work(run), work(run)])
    expect(ran.reduce((sum, count) => sum + count, 0)).toBe(20)
    expect(new Set(done).size).toBe(20)
    expect(done).toHaveLength(20)
    expect(await work(run)).toBe(0)
  })

  it('is done once when two processes look at once', async () => {
    for (let count = 0; count < 16; count += 1) await ask()
    const done: string[] = []
    const delivery_mail = {
      scheduleMs: SCHEDULE,
      run: async (_: unknown, job: JobRow) => {
        done.push(job.id)
        await sleep(50) // the other process leases meanwhile
      },
    }
    const bothHaveLooked = meeting(2)
    const look = (process: Shop) => {
      const say = process.db.executeQuery.bind(process.db)
      vi.spyOn(process.db, 'executeQuery').mockImplementationOnce(async (query) => {
        const answer = await say<never>(query as CompiledQuery<never>)
        await bothHaveLooked()
        return answer
      })
      return runDueJobs(process, { ...HANDLERS, delivery_mail })
    }
    const ran = await Promise.all([look(shop), look(other)])
    vi.restoreAllMocks()
    expect(ran.reduce((sum, count) => sum + count, 0)).toBe(16)
    expect([done.length, new Set(done).size]).toEqual([16, 16])
    expect(await rows()).toMatchObject(Array.from({ length: 16 }, () => ({ attempts: 1, leased_until: 0 })))
  })

  it('is tried again by its schedule, give or take a fifth, and dies visibly after the last attempt', async () => {
    await ask()
    const told: [number, boolean][] = []
    const failing = () =>
      work(() => Promise.reject(new Error('the server is down')), {
        onFailure: async (_, job, { error, dead }) => {
          expect(error).toBe('the server is down')
          told.push([job.attempts, dead])
        },
      })
    for (const gap of SCHEDULE.slice(1)) {
      expect(await failing()).toBe(1)
      const [job] = await rows()
      expect(job!.due_at - shop.now()).toBeGreaterThan(gap * 0.8 - 5_000)
      expect(job!.due_at - shop.now()).toBeLessThanOrEqual(gap * 1.2)
      expect(await failing()).toBe(0)
      shop.advance(gap * 1.2)
    }
    expect(await failing()).toBe(1)
    expect(told).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
    expect(await rows()).toMatchObject([{ done_at: null, last_error: 'the server is down', attempts: 3 }])
    expect((await rows())[0]!.dead_at).not.toBeNull()
    shop.advance(10 * 24 * 3_600_000)
    expect(await failing()).toBe(0)
  })

  it('dies at once when trying again cannot help', async () => {
    await ask()
    const deaths: boolean[] = []
    await work(() => Promise.reject(new HopelessJob('no such mailbox')), {
      onFailure: async (_, __, { dead }) => void deaths.push(dead),
    })
    expect(deaths).toEqual([true])
    expect(await rows()).toMatchObject([{ attempts: 1, last_error: 'no such mailbox' }])
  })

  it('of a worker that vanished is done by another once the lease is over, not before', async () => {
    await ask()
    const done: string[] = []
    let comeBack = (): void => undefined
    const vanished = work(async (_, job) => {
      done.push(`vanished ${job.attempts}`)
      await new Promise<void>((resolve) => (comeBack = resolve))
    })
    await expect.poll(() => done).toEqual(['vanished 1'])
    const second: JobHandler['run'] = async (_, job) => void done.push(`second ${job.attempts}`)
    shop.advance(140_000)
    expect(await work(second)).toBe(0)
    shop.advance(11_000)
    expect(await work(second)).toBe(1)
    const [after] = await rows()
    comeBack()
    await vanished
    expect(done).toEqual(['vanished 1', 'second 2'])
    expect(await rows()).toEqual([after]) // whoever lost the lease writes nothing any more
  })

  it('is done together with what is written about it, or not at all', async () => {
    await ask('noted')
    const note = (tx: Shop, job: JobRow) =>
      enqueue(tx, { kind: 'lookup_mail', key: `note of ${job.job_key}`, delayMs: 3_600_000 })
    const dying = work(async () => undefined, {
      async onDone(tx, job) {
        await note(tx, job)
        throw new Error('died here')
      },
    })
    await expect(dying).rejects.toThrow('died here')
    expect(await rows()).toMatchObject([{ job_key: 'noted', done_at: null }])
    shop.advance(151_000)
    expect(await work(async () => undefined, { onDone: note })).toBe(1)
    const keys = (await rows()).map(({ job_key, done_at }) => [job_key, done_at !== null])
    expect(keys.sort()).toEqual([
      ['note of noted', false],
      ['noted', true],
    ])
  })

  it('that asks to be left alone comes again no sooner than that, and never sooner than the schedule has it', async () => {
    for (const [waitMs, least] of [
      [300_000, 300_000],
      [1, 48_000],
    ] as const) {
      await ask()
      await work(() => Promise.reject(new LaterJob('busy', waitMs)))
      const [job] = await rows()
      expect(job!.due_at - shop.now()).toBeGreaterThan(least - 5_000)
      expect(job!.due_at - shop.now()).toBeLessThanOrEqual(Math.max(waitMs, 72_000))
      await shop.db.deleteFrom('jobs').execute()
    }
  })

  it('that the end of the program interrupts is due as it was, and has not failed', async () => {
    await ask()
    const [before] = await rows()
    for (const _end of SCHEDULE) expect(await work(() => Promise.reject(new InterruptedJob()))).toBe(1)
    expect(await rows()).toEqual([{ ...before, attempts: SCHEDULE.length }])
    expect(await work(async () => undefined)).toBe(1)
  })

  it('of another kind is left to others', async () => {
    await ask()
    expect(await runDueJobs(shop, HANDLERS, ['lookup_mail', 'callback'])).toBe(0)
    expect(await work(async () => undefined)).toBe(1)
  })

  it('that takes long keeps no other work waiting', async () => {
    for (let count = 0; count < 20; count += 1) await ask()
    const done: string[] = []
    const slow: (() => void)[] = []
    const working = work(async (_, job) => {
      if (slow.length < 7) await new Promise<void>((resolve) => slow.push(resolve))
      done.push(job.id)
    })
    await expect.poll(() => done.length, { timeout: 10_000 }).toBe(13) // all of them in the one place that is left
    slow.forEach((end) => end())
    expect(await working).toBe(20)
    expect(new Set(done).size).toBe(20)
  })

  it('is leased together with others as it begins: no more at a time than there are places', async () => {
    for (let count = 0; count < 12; count += 1) await ask()
    const under: (() => void)[] = []
    const leased = async () => (await rows()).filter((job) => job.leased_until > 0).length
    const said = vi.spyOn(shop.db, 'executeQuery')
    const working = work(async () => new Promise<void>((resolve) => under.push(resolve)))
    await expect.poll(() => under.length).toBe(8)
    expect(said).toHaveBeenCalledTimes(2) // the look, and one lease
    said.mockRestore()
    expect(await leased()).toBe(8)
    under.splice(0, 3).forEach((end) => end())
    await expect.poll(() => under.length).toBe(8)
    expect(await leased()).toBe(8)
    under.splice(0).forEach((end) => end())
    await expect.poll(() => under.length).toBe(1)
    under.splice(0).forEach((end) => end())
    expect(await working).toBe(12)
  })

  it('is leased apart from others that were tried more often, or are of another kind', async () => {
    for (let count = 0; count < 4; count += 1) await ask()
    await work(() => Promise.reject(new Error('tried')))
    shop.advance(73_000)
    await ask('new')
    await enqueue(shop, { kind: 'callback', key: 'callback' })
    const seen: [string, number, number][] = []
    const run: JobHandler['run'] = async (_, { kind, attempts, leased_until }) =>
      void seen.push([kind, attempts, Math.round((leased_until - shop.now()) / 30_000)])
    const both = { delivery_mail: { scheduleMs: SCHEDULE, run }, callback: { scheduleMs: SCHEDULE, run } }
    const leaseMs = 30_000
    const ran = await runDueJobs(shop, { ...HANDLERS, ...both, callback: { ...both.callback, leaseMs } })
    expect(ran).toBe(6)
    expect(seen.sort()).toEqual([
      ['callback', 1, 1],
      ['delivery_mail', 1, 5],
      ...Array.from({ length: 4 }, () => ['delivery_mail', 2, 5]),
    ])
  })

  it('is done all the same when another could not be noted, which is told at the end', async () => {
    for (let count = 0; count < 12; count += 1) await ask()
    let noted = 0
    const working = work(async () => undefined, {
      async onDone() {
        noted += 1
        if (noted === 1) throw new Error('a fault')
      },
    })
    await expect(working).rejects.toThrow('a fault')
    expect((await rows()).filter(({ done_at }) => done_at !== null)).toHaveLength(11)
  })

  it('that fails keeps no other work waiting', async () => {
    await ask('bad')
    for (let count = 0; count < 5; count += 1) await ask()
    const done: string[] = []
    await work(async (_, job) => {
      if (job.job_key === 'bad') throw new Error('bad')
      done.push(job.id)
    })
    expect(done).toHaveLength(5)
  })

  it('whose time has not come yet is left alone', async () => {
    await transaction(shop, (tx) => enqueue(tx, { kind: 'delivery_mail', key: 'later', delayMs: 60_000 }))
    expect(await work(async () => undefined)).toBe(0)
    shop.advance(61_000)
    expect(await work(async () => undefined)).toBe(1)
  })
})
