/**
 * Anything that buyers, phones and the seller may do, in any order, against a model of the rules. PROPERTY_RUNS and
 * PROPERTY_COMMANDS say how much of it; PROPERTY_SEED, which each run prints, repeats a run of the same size.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describeOnEngines } from '../support/engines.ts'
import type { Run } from './command.ts'
import { newModel } from './model.ts'
import { merchantCommands } from './merchant-commands.ts'
import { moneyCommands } from './money-commands.ts'
import { orderCommands } from './order-commands.ts'
import { placeCommands } from './place-commands.ts'
import { sellerCommands } from './seller-commands.ts'
import { timeCommands } from './time-commands.ts'
import { openWorld, START, type World } from './world.ts'

const { PROPERTY_RUNS = '120', PROPERTY_COMMANDS = '60', PROPERTY_SEED } = process.env
const SEED = Number(PROPERTY_SEED ?? Date.now() % 1_000_000)

/** What the shop leaves to chance is the same on every run with the same seed: a linear congruential generator. */
const chance = vi.hoisted(() => {
  let state = 0
  return {
    begin: (seed: number) => void (state = seed),
    randomInt(sides: number) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * sides)
    },
  }
})
vi.mock('node:crypto', async (original) => ({
  ...(await original<object>()),
  randomInt: chance.randomInt,
}))

const commands = fc.commands(
  [
    ...placeCommands,
    ...merchantCommands,
    ...orderCommands,
    ...moneyCommands,
    ...sellerCommands,
    ...timeCommands,
  ],
  { maxCommands: Number(PROPERTY_COMMANDS), size: 'max' },
)

describeOnEngines('money, after anything in any order', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())

  const runs = Math.ceil(Number(PROPERTY_RUNS) / (engine.name === 'MySQL' ? 10 : 1))

  it('follows the rules', { timeout: 3_600_000 }, async () => {
    process.stdout.write(`PROPERTY_SEED=${SEED}, ${runs} runs on ${engine.name}\n`)
    let done = 0
    const property = fc.asyncProperty(fc.nat(), commands, async (luck, chosen) => {
      const run: Run = { world, told: [] }
      await world.clear()
      chance.begin(luck)
      await fc.asyncModelRun(() => ({ model: newModel(START), real: run }), chosen)
      done += run.told.length
    })
    await fc.assert(property, { seed: SEED, numRuns: runs })
    expect(done).toBeGreaterThan(runs)
  })
})
