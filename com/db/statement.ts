/** Statements that are said so often that they are spelled out once: that costs more than the database takes for them. */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import { RetryTransaction } from './errors.ts'
import type { Waiting } from './waiting-query.ts'

export interface Statement<V extends object, R> {
  all(handle: Kysely<Database>, values: V): Promise<R[]>
  first(handle: Kysely<Database>, values: V): Promise<R | undefined>
  /** @returns the number of rows that were found, changed or not, or written. */
  run(handle: Kysely<Database>, values: V): Promise<number>
  /**
   * Run not later than with the commit of the transaction, and not before what came before it: an engine that is far
   * away hears it with whatever is said next, whose error is then also this one's.
   *
   * @returns what tells the number of rows that it found, once something was said after it.
   */
  runLater(handle: Kysely<Database>, values: V): Promise<() => number>
  /**
   * The same; when it finds, changes or writes no row, nothing after it is carried out.
   *
   * @param otherwise what is thrown then; the transaction starts over unless it says otherwise.
   */
  mustRunLater(handle: Kysely<Database>, values: V, otherwise?: () => Error): Promise<void>
}

/**
 * Every value is there in every call. Of a list only the length matters for the spelling, and of a record, which is
 * what columns are set to, only which columns it names.
 */
type Values = Readonly<Record<string, unknown>>

/** Stands for a value, or for one of a list or record, while the statement is spelled. */
interface Place {
  readonly name: string
  /** From the value inwards. */
  readonly path: readonly (string | number)[]
}

interface Spelled {
  readonly query: CompiledQuery
  readonly places: readonly (Place | undefined)[]
}

/**
 * @param build gets places instead of values, so it must not look at them: the statement it makes is said again with
 * other values.
 */
export function statement<V extends object, R>(
  build: (db: Kysely<Database>, values: V) => Compilable<R>,
): Statement<V, R> {
  const engines = new WeakMap<object, Map<string, Spelled>>()

  function spelledFor(handle: Kysely<Database>, values: Values): Spelled {
    const { adapter } = handle.getExecutor()
    const known = engines.get(adapter) ?? new Map<string, Spelled>()
    const shape = shapeOf(values)
    const spelled = known.get(shape) ?? spell(build(handle, placesOf(values) as V).compile())
    if (!known.has(shape)) engines.set(adapter, known.set(shape, spelled))
    return spelled
  }

  async function say(handle: Kysely<Database>, given: V, waiting?: Waiting<R>) {
    const values = given as Values
    const { query, places } = spelledFor(handle, values)
    const parameters = places.map((place, at) => (place ? valueAt(values, place) : query.parameters[at]))
    return handle.executeQuery<R>({ ...query, parameters, ...waiting } as CompiledQuery<R>)
  }

  return {
    all: async (handle, values) => (await say(handle, values)).rows,
    first: async (handle, values) => (await say(handle, values)).rows[0],
    run: async (handle, values) => Number((await say(handle, values)).numAffectedRows),
    async runLater(handle, values) {
      let found: bigint | undefined
      const hear = (result: QueryResult<R>) => (found = result.numAffectedRows)
      const { numAffectedRows } = await say(handle, values, { wait: 'said', hear })
      return () => Number(numAffectedRows ?? found)
    },
    async mustRunLater(handle, values, otherwise = () => new RetryTransaction()) {
      const { numAffectedRows } = await say(handle, values, { wait: 'finds', otherwise })
      if (numAffectedRows === 0n) throw otherwise()
    },
  }
}

function shapeOf(values: Values): string {
  let shape = ''
  for (const name in values) {
    const value = values[name]
    const list = Array.isArray(value) ? value : [value]
    if (list === value) shape += `${name}:${list.length};`
    for (const one of list) if (isRecord(one)) shape += `${name}:${Object.keys(one).join()};`
  }
  return shape
}

const places = new WeakSet<object>()

function placesOf(values: Values): Values {
  const placeOf = (value: unknown, name: string, ...path: (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((one, index) => placeOf(one, name, ...path, index))
    if (isRecord(value)) return mapRecord(value, (one, column) => placeOf(one, name, ...path, column))
    const place: Place = { name, path }
    places.add(place)
    return place
  }
  return mapRecord(values, (value, name) => placeOf(value, name))
}

function mapRecord(record: Values, map: (value: unknown, name: string) => unknown): Values {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function spell(query: CompiledQuery): Spelled {
  const isPlace = (value: unknown) => typeof value === 'object' && value !== null && places.has(value)
  return { query, places: query.parameters.map((value) => (isPlace(value) ? (value as Place) : undefined)) }
}

function valueAt(values: Values, { name, path }: Place): unknown {
  let value = values[name]
  for (const part of path) value = (value as Record<string | number, unknown>)[part]
  return value
}
