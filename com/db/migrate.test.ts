import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate, openDb } from './index.ts'
import type { Db, Engine } from './index.ts'
import { freshDatabase } from './test-engines.ts'
import type { FreshDatabase } from './test-engines.ts'

const ENGINES: Engine[] = ['sqlite', 'mysql']

const FIRST = `
-- One row; a second run would count it twice.
CREATE TABLE counters (name VARCHAR(9) NOT NULL PRIMARY KEY, n BIGINT NOT NULL) /*! ENGINE=InnoDB */;
CREATE INDEX counters_by_n ON counters (n);
INSERT INTO counters (name, n) VALUES ('a;b', 0);
UPDATE counters SET n = n + 1;
`
const SECOND = 'CREATE TABLE more (name VARCHAR(9) NOT NULL PRIMARY KEY);'
const BROKEN = 'CREATE TABLE more (name VARCHAR(9) NOT NULL PRIMARY KEY); CREATE NONSENSE;'
const MENDED =
  'CREATE TABLE more (name VARCHAR(9) NOT NULL PRIMARY KEY); CREATE TABLE most (name VARCHAR(9));'

describe.each(ENGINES)('migrations on %s', (engine) => {
  let fresh: FreshDatabase
  let opened: Db[]
  let db: Db

  const open = async () => {
    const handle = await openDb(fresh.url)
    opened.push(handle)
    return handle
  }
  beforeEach(async () => {
    fresh = freshDatabase(engine)
    opened = []
    db = await open()
  })
  afterEach(async () => {
    await Promise.all(opened.map((handle) => handle.close()))
    await fresh.remove()
  })

  const counters = async () => (await sql`select name, n from counters`.execute(db.kysely)).rows
  const applied = async () => {
    const { rows } = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(
      db.kysely,
    )
    return rows.map(({ name }) => name)
  }

  it('carries every statement out once, however often it runs', async () => {
    await migrate(db, { 'x/0002_more.sql': SECOND, 'x/0001_first.sql': FIRST })
    await migrate(db, { 'x/0002_more.sql': SECOND, 'x/0001_first.sql': FIRST })
    expect(await counters()).toEqual([{ name: 'a;b', n: 1 }])
    expect(await applied()).toEqual([
      '0001_first.sql#001',
      '0001_first.sql#002',
      '0001_first.sql#003',
      '0001_first.sql#004',
      '0002_more.sql#001',
    ])
  })

  it('carries every statement out once when four programs start at once', async () => {
    const handles = await Promise.all([open(), open(), open(), open()])
    await Promise.all(handles.map((handle) => migrate(handle, { '0001_first.sql': FIRST })))
    expect(await counters()).toEqual([{ name: 'a;b', n: 1 }])
  })

  it('brings up the shop itself when four programs start at once', async () => {
    const handles = await Promise.all([open(), open(), open(), open()])
    await Promise.all(handles.map((handle) => migrate(handle)))
    expect(await db.kysely.selectFrom('orders').selectAll().execute()).toEqual([])
  })

  it('adds a later migration to a database that has the earlier ones', async () => {
    await migrate(db, { '0001_first.sql': FIRST })
    await migrate(db, { '0001_first.sql': FIRST, '0002_more.sql': SECOND })
    expect((await sql`select * from more`.execute(db.kysely)).rows).toEqual([])
    expect(await counters()).toEqual([{ name: 'a;b', n: 1 }])
  })

  it('goes on where a migration broke off', async () => {
    const broken = migrate(db, { '0001_first.sql': FIRST, '0002_more.sql': BROKEN })
    await expect(broken).rejects.toThrow('The migration 0002_more.sql#002 failed')
    await migrate(db, { '0001_first.sql': FIRST, '0002_more.sql': MENDED })
    expect(await counters()).toEqual([{ name: 'a;b', n: 1 }])
    expect((await sql`select * from most`.execute(db.kysely)).rows).toEqual([])
  })

  it('accepts a table and an index that were made but not recorded', async () => {
    await sql
      .raw('CREATE TABLE counters (name VARCHAR(9) NOT NULL PRIMARY KEY, n BIGINT NOT NULL)')
      .execute(db.kysely)
    await sql.raw('CREATE INDEX counters_by_n ON counters (n)').execute(db.kysely)
    await migrate(db, { '0001_first.sql': FIRST })
    expect(await counters()).toEqual([{ name: 'a;b', n: 1 }])
  })

  it('stops when an applied migration was changed, but not for its comments and line ends', async () => {
    await migrate(db, { '0001_first.sql': FIRST })
    await migrate(db, { '0001_first.sql': FIRST.replace('-- One row', '-- A row').replaceAll('\n', '\r\n') })
    const changed = migrate(db, { '0001_first.sql': FIRST.replace('n + 1', 'n + 2') })
    await expect(changed).rejects.toThrow('0001_first.sql#004 has been applied and was changed afterwards')
    const shortened = migrate(db, { '0001_first.sql': FIRST.replace('UPDATE counters SET n = n + 1;', '') })
    await expect(shortened).rejects.toThrow('0001_first.sql#004 has been applied and was changed afterwards')
  })

  it('stops when the database is newer than the program', async () => {
    await migrate(db, { '0001_first.sql': FIRST, '0002_more.sql': SECOND })
    const older = migrate(db, { '0001_first.sql': FIRST })
    await expect(older).rejects.toThrow('The database is newer than this program: it has had 0002_more.sql')
  })
})
