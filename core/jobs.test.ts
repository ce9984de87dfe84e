import { nanoid } from 'nanoid'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS } from '../test/support/trade.ts'
import type { JobRow } from '../sql/schema.ts'
import { enqueue, HopelessJob, InterruptedJob, LaterJob, runDueJobs, type JobHandler } from './jobs.ts'
import { transaction, type Shop } from './shop.ts'

const SCHEDULE = [0, 60_000, 600_000]

describeOnEngines('work that must happen after commit', (engine) => {
  let shop: TestShop
  beforeAll(async () => void (shop = await openTestShop(engine)))
  beforeEach(() => shop.db.deleteFrom('jobs').execute())
  afterAll(() => shop.close())

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
