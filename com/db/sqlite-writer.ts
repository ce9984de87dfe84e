/**
 * The one writer of the embedded engine. Transactions take turns, each a savepoint; those that end within one round of
 * the event loop are committed together, because the wait for the disk is what takes the time. None of them has ended
 * before all of them are on the disk.
 */
import { CompiledQuery } from 'kysely'
import type { QueryResult } from 'kysely'
import { DatabaseAway, RetryTransaction } from './errors.ts'
import type { Speaker } from './sqlite-speaker.ts'

export interface Writer {
  /** Waits for its turn, which lasts until release or rollback. */
  begin(): Promise<void>
  say<R>(query: CompiledQuery): Promise<QueryResult<R>>
  /** Ends the turn. It is committed when `ended` resolves; nothing of it has happened after a RetryTransaction. */
  release(): Promise<{ readonly ended: Promise<void> }>
  /** Ends the turn. What it has read of others is on the disk when this resolves, and lost after a RetryTransaction. */
  rollback(): Promise<void>
  /** Outside of any transaction. */
  sayAlone<R>(query: CompiledQuery): Promise<QueryResult<R>>
  close(): Promise<void>
}

/** What one commit puts on the disk. */
interface Round {
  readonly ended: Promise<void>
  readonly end: (error?: unknown) => void
  closing: boolean
}

const CHANGES_ROWS = /^\s*(?:insert|update|delete)\b/i

export function createWriter(speaker: Speaker): Writer {
  const turns = createTurns()
  const tell = (sql: string) => speaker.say(CompiledQuery.raw(sql))
  let round: Round | undefined

  async function begin(): Promise<void> {
    await turns.take()
    try {
      if (!round) {
        await tell('begin immediate')
        round = newRound()
      }
      await tell('savepoint one')
    } catch (error) {
      turns.give()
      throw error
    }
  }

  async function release() {
    await tell('release one')
    const ended = closeSoon()
    turns.give()
    return { ended }
  }

  async function rollback(): Promise<void> {
    let others: Promise<void> | undefined
    try {
      await tell('rollback to one')
      await tell('release one')
      others = closeSoon()
    } catch {
      // A full disk and the like end everything that the round has not yet put on the disk.
      await loseRound(new RetryTransaction('Another transaction of the same round met a fault'))
    } finally {
      turns.give()
    }
    await others?.catch(() => {
      throw new RetryTransaction('What it gave up for was lost with its round')
    })
  }

  /** Whoever waits for a turn at that moment still comes along. @returns what tells the end of the round. */
  function closeSoon(): Promise<void> {
    const mine = round
    if (!mine) return Promise.resolve()
    if (!mine.closing) setImmediate(() => void inTurn(() => closeRound(mine)))
    mine.closing = true
    return mine.ended
  }

  async function closeRound(mine: Round | undefined): Promise<void> {
    if (!mine || mine !== round) return
    try {
      await tell('commit')
      endRound()
    } catch (error) {
      await loseRound(error)
    }
  }

  async function loseRound(error: unknown): Promise<void> {
    await tell('rollback').catch(() => undefined) // it may have ended before
    endRound(error)
  }

  function endRound(error?: unknown): void {
    round?.end(error)
    round = undefined
  }

  async function change<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await begin()
    const { result, ended } = await inside(query).catch(async (error: unknown) => {
      await rollback()
      throw error
    })
    await ended
    return result as QueryResult<R>
  }

  async function inside(query: CompiledQuery) {
    const result = await speaker.say(query)
    return { result, ...(await release()) }
  }

  /** For what cannot stand in a transaction. */
  function betweenRounds<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return inTurn(async () => {
      await closeRound(round)
      return speaker.say<R>(query)
    })
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    await turns.take()
    try {
      return await work()
    } finally {
      turns.give()
    }
  }

  return {
    begin,
    say: (query) => speaker.say(query),
    release,
    rollback,
    sayAlone: (query) => (CHANGES_ROWS.test(query.sql) ? change(query) : betweenRounds(query)),
    async close() {
      if (round) await loseRound(new DatabaseAway('DATABASE_CLOSED', 'The database has been closed'))
      speaker.close()
    },
  }
}

function newRound(): Round {
  let end: Round['end'] = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error))
  })
  ended.catch(() => undefined) // whoever joined hears of it; perhaps nobody did
  return { ended, end, closing: false }
}

/** First come, first served. */
function createTurns(): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = []
  let taken = false
  return {
    async take() {
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve))
      taken = true
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else taken = false
    },
  }
}
