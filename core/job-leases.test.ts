import { nanoid } from 'nanoid'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import type { JobRow } from '../sql/schema.ts'
import { finish, leaseJobs, type Alike } from './job-leases.ts'
import { enqueue } from './jobs.ts'
import type { Shop } from './shop.ts'

const LEASE = { leaseMs: 30_000 }

describeOnEngines('jobs that are leased together', (engine) => {
  /** Two processes on one database. */
  let here: TestShop
  let there: TestShop
  beforeAll(async () => {
    const url = await engine.openUrl()
    const same = { ...engine, openUrl: async () => url }
    here = await openTestShop(same)
    there = await openTestShop(same)
  })
  beforeEach(() => here.db.deleteFrom('jobs').execute())
  afterAll(() => Promise.all([here.close(), there.close()]))

  const rows = () => here.db.selectFrom('jobs').selectAll().orderBy('id').execute()
  const idsOf = (jobs: readonly JobRow[]) => jobs.map(({ id }) => id)
  const change = (job: JobRow, set: Partial<JobRow>) =>
    here.db.updateTable('jobs').set(set).where('id', '=', job.id).execute()
  async function see<Jobs extends Alike>(count: Jobs['length']): Promise<Jobs> {
    for (let made = 0; made < count; made += 1) await enqueue(here, { kind: 'delivery_mail', key: nanoid() })
    return (await rows()) as unknown as Jobs
  }

  it('are the caller’s as they are now, each with one attempt more', async () => {
    const seen = await see<[JobRow, JobRow, JobRow]>(3)
    const leased = await leaseJobs(here, LEASE, seen)
    expect(leased).toEqual(await rows())
    expect(leased).toMatchObject(seen.map(({ id }) => ({ id, attempts: 1 })))
    for (const job of leased) expect(Math.abs(job.leased_until - here.now() - 30_000)).toBeLessThan(5_000)
  })

  it('are left to whoever was first, and only those', async () => {
    const seen = await see<[JobRow, JobRow, JobRow, JobRow]>(4)
    const theirs = await leaseJobs(there, LEASE, [seen[3], seen[1]])
    const ours = await leaseJobs(here, LEASE, seen)
    expect(idsOf(ours)).toEqual([seen[0].id, seen[2].id])
    expect(await leaseJobs(here, LEASE, seen)).toEqual([])
    expect(await leaseJobs(there, LEASE, ours as unknown as Alike)).toEqual([])
    expect(await rows()).toEqual([...theirs, ...ours].sort((one, other) => (one.id < other.id ? -1 : 1)))
  })

  it('are not those that were done, given up or tried since they were seen', async () => {
    const seen = await see<[JobRow, JobRow, JobRow, JobRow]>(4)
    const [done, dead, tried, waiting] = seen
    await change(done, { done_at: here.now() })
    await change(dead, { dead_at: here.now() })
    await change(tried, { attempts: 1 })
    expect(idsOf(await leaseJobs(here, LEASE, seen))).toEqual([waiting.id])
    expect((await rows()).filter(({ leased_by }) => leased_by !== null)).toHaveLength(1)
  })

  it('have one holder each when both processes ask for all of them at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      await here.db.deleteFrom('jobs').execute()
      const seen = (await see(8)) as Alike
      const turned = [...seen].reverse() as unknown as Alike
      const asked: [Shop, Alike][] = [
        [here, seen],
        [there, turned],
        [here, turned],
        [there, seen],
      ]
      const leased = await Promise.all(asked.map(([shop, jobs]) => leaseJobs(shop, LEASE, jobs)))
      expect(idsOf(leased.flat()).sort()).toEqual(idsOf(seen).sort())
    }
  })

  it('are lost one by one: whoever finishes one too late changes nothing, and keeps the others', async () => {
    const seen = await see<[JobRow, JobRow, JobRow]>(3)
    const ours = await leaseJobs(here, LEASE, seen)
    here.advance(31_000)
    there.advance(31_000)
    const [lost] = ours
    const [theirs] = await leaseJobs(there, LEASE, [lost!])
    const ends = ours.map((job) => finish(here, job, (now) => ({ done_at: now })))
    expect(await Promise.all(ends)).toEqual([false, true, true])
    const after = await rows()
    expect(after[0]).toEqual(theirs)
    expect(after.map(({ done_at }) => done_at !== null)).toEqual([false, true, true])
  })
})
