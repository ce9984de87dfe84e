/** One act in the model and in the shop, and the comparison after it. */
import fc from 'fast-check'
import { ShopError } from '../../core/errors.ts'
import { compare } from './compare.ts'
import type { Model } from './model.ts'
import type { World } from './world.ts'

export interface Run {
  readonly world: World
  /** What happened so far, one line an act. */
  readonly told: string[]
}

export type MoneyCommand = fc.AsyncCommand<Model, Run>

/**
 * @param act changes the model and the shop alike. @returns what happened, for whoever reads a counterexample.
 * @param isReady whether there is something to act on.
 */
export function command<A>(
  name: string,
  args: fc.Arbitrary<A>,
  act: (model: Model, world: World, args: A) => Promise<string>,
  isReady: (model: Model) => boolean = () => true,
): fc.Arbitrary<MoneyCommand> {
  return args.map((chosen) => ({
    check: isReady,
    async run(model, { world, told }) {
      try {
        told.push(`${name} ${await act(model, world, chosen)}`)
      } catch (error) {
        told.push(`${name} ${JSON.stringify(chosen)}`)
        throw story(told, [error instanceof Error ? (error.stack ?? error.message) : String(error)])
      }
      const wrong = await compare(model, world)
      if (wrong.length > 0) throw story(told, wrong)
    },
    toString: () => `${name}(${JSON.stringify(chosen)})`,
  }))
}

function story(told: readonly string[], wrong: readonly string[]): Error {
  const lines = told.map((line, at) => `${at + 1}. ${line}`)
  return new Error([...lines, ...wrong.map((line) => `✗ ${line}`)].join('\n'))
}

/** @returns `done`, or the code of the refusal. */
export async function attempt(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof ShopError) return error.code
    throw error
  }
}

export function agree(expected: unknown, found: unknown): void {
  const [should, is] = [JSON.stringify(expected), JSON.stringify(found)]
  if (should !== is) throw new Error(`should be ${should}, is ${is}`)
}

/** Which of them, counted from the latest, which is asked for more often. */
export const anyOf = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3 }) }, fc.nat({ max: 30 }))

/** As often as that among the others. */
export function often(times: number, arbitrary: fc.Arbitrary<MoneyCommand>): fc.Arbitrary<MoneyCommand>[] {
  return Array.from({ length: times }, () => arbitrary)
}

export function pick<T>(items: readonly T[], which: number): T {
  const found = items[items.length - 1 - (which % items.length)]
  if (found === undefined) throw new Error('There is nothing to pick from')
  return found
}

export const hasOrders = (model: Model) => model.orders.length > 0
export const hasPayments = (model: Model) => model.payments.length > 0
export const orderName = (model: Model, id: string | null | undefined) =>
  id ? `#${model.orders.findIndex((order) => order.id === id) + 1}` : 'no order'
