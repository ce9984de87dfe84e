import { expect, it } from 'vitest'
import { splitSql } from './split-sql.ts'

it('splits at semicolons, except in quotes and comments', () => {
  const text = `-- first; not a statement
    INSERT INTO t VALUES ('a;b', 'it''s; -- no comment', "c;d"), (\`e;f\`); /* g;h */ SELECT 1 - 1 / 2; -- end;`
  expect(splitSql(text)).toEqual([
    `INSERT INTO t VALUES ('a;b', 'it''s; -- no comment', "c;d"), (\`e;f\`)`,
    '/* g;h */ SELECT 1 - 1 / 2',
  ])
})

it('keeps the words that only MySQL reads', () => {
  expect(splitSql('CREATE TABLE a (b TEXT) /*! ENGINE=InnoDB */;')).toEqual([
    'CREATE TABLE a (b TEXT) /*! ENGINE=InnoDB */',
  ])
})

it('ends a comment at the end of its line, also in the middle of a statement', () => {
  expect(splitSql('CREATE TABLE a (\n  b TEXT, -- why; not\r\n  c TEXT\n)')).toEqual([
    'CREATE TABLE a (\n  b TEXT, \n  c TEXT\n)',
  ])
})

it('finds nothing in a file of comments and blanks', () => {
  expect(splitSql('-- nothing\n\n ;; \n')).toEqual([])
})
