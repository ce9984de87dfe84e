import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSpool } from './spool.ts'
import type { Spool } from './spool.ts'

interface Notice {
  key: string
  note?: string
}

let folder: string
let path: string
let opened: Spool<Notice>[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'))
  path = join(folder, 'data', 'notices.spool')
  opened = []
})

afterEach(async () => {
  for (const spool of opened) await spool.close()
  await rm(folder, { recursive: true })
})

async function open(): Promise<Spool<Notice>> {
  const spool = await openSpool<Notice>(path)
  opened.push(spool)
  return spool
}

async function reopen(): Promise<Spool<Notice>> {
  await opened.pop()?.close()
  return open()
}

/** Drains everything. @returns the keys in the order they came. */
async function drainKeys(spool: Spool<Notice>): Promise<string[]> {
  const keys: string[] = []
  const count = await spool.drain(async ({ key }) => void keys.push(key))
  expect(count).toBe(keys.length)
  return keys
}

describe('the spool', () => {
  it('keeps entries over a restart and hands them out oldest first, once', async () => {
    const spool = await open()
    for (const key of ['a', 'b', 'c']) await spool.append({ key, note: '收款\n已记录\u2028"' })
    const again = await reopen()
    expect(again.size()).toBe(3)
    expect(await drainKeys(again)).toEqual(['a', 'b', 'c'])
    expect([again.size(), (await stat(path)).size]).toEqual([0, 0])
    expect(await drainKeys(await reopen())).toEqual([])
  })

  it('gives an entry back as it was put in', async () => {
    const spool = await open()
    const entry = { key: 'a', note: '收款\r\n\u2028\u0000"\\ 💰' }
    await spool.append(entry)
    const seen: Notice[] = []
    await (await reopen()).drain(async (found) => void seen.push(found))
    expect(seen).toEqual([entry])
  })

  it('keeps the order of entries appended at once, and writes them together', async () => {
    const spool = await open()
    const keys = Array.from({ length: 500 }, (_, number) => String(number))
    await Promise.all(keys.map((key) => spool.append({ key })))
    expect(await drainKeys(await reopen())).toEqual(keys)
  })

  it('stops at the first rejection and keeps that entry and all after it, on the disk too', async () => {
    const spool = await open()
    for (const key of ['a', 'b', 'c']) await spool.append({ key })
    const refuseB = async ({ key }: Notice) => {
      if (key === 'b') throw new Error('The database is away.')
    }
    expect(await spool.drain(refuseB)).toBe(1)
    expect(spool.size()).toBe(2)
    expect(await drainKeys(await reopen())).toEqual(['b', 'c'])
  })

  it('does not lose what is appended during a drain', async () => {
    const spool = await open()
    await spool.append({ key: 'a' })
    await spool.append({ key: 'b' })
    const late: Promise<void>[] = []
    await spool.drain(async ({ key }) => {
      if (key === 'b') throw new Error('stop')
      late.push(spool.append({ key: 'during' }))
      await sleep(5)
      late.push(spool.append({ key: 'at the end' }))
    })
    await Promise.all(late)
    await spool.append({ key: 'after' })
    expect(await drainKeys(await reopen())).toEqual(['b', 'during', 'at the end', 'after'])
  })

  it('drains once when two ask at the same time', async () => {
    const spool = await open()
    for (const key of ['a', 'b']) await spool.append({ key })
    const seen: string[] = []
    const replay = async ({ key }: Notice) => {
      await sleep(5)
      seen.push(key)
    }
    expect(await Promise.all([spool.drain(replay), spool.drain(replay)])).toEqual([2, 0])
    expect(seen).toEqual(['a', 'b'])
  })

  it('is readable by its owner alone', async () => {
    await (await open()).append({ key: 'a' })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('takes nothing after it was closed, and finishes what was begun before', async () => {
    const spool = await open()
    const begun = spool.append({ key: 'a' })
    await spool.close()
    await begun
    await expect(spool.append({ key: 'b' })).rejects.toThrow('closed')
    expect(await drainKeys(await reopen())).toEqual(['a'])
  })
})

describe('a damaged spool', () => {
  async function filled(): Promise<void> {
    const spool = await open()
    for (const key of ['a', 'b', 'c']) await spool.append({ key })
    await opened.pop()?.close()
  }

  it('loses only the line that a crash cut short, and keeps it aside', async () => {
    await filled()
    await truncate(path, (await stat(path)).size - 6)
    const spool = await open()
    await spool.append({ key: 'd' })
    expect(await drainKeys(await reopen())).toEqual(['a', 'b', 'd'])
    expect(await readFile(`${path}.damaged`, 'utf8')).toMatch(/^[\da-f]{16} \{"key"\n$/)
  })

  it('reads a last line that lacks nothing but its end', async () => {
    await filled()
    await truncate(path, (await stat(path)).size - 1)
    const spool = await open()
    await spool.append({ key: 'd' })
    expect(await drainKeys(await reopen())).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keeps aside every line whose checksum is wrong, wherever it stands', async () => {
    await filled()
    const text = await readFile(path, 'utf8')
    await writeFile(path, `\u0000\u0000\n${text.replace('"b"', '"x"')}`)
    expect(await drainKeys(await open())).toEqual(['a', 'c'])
    expect((await readFile(`${path}.damaged`, 'utf8')).split('\n')).toHaveLength(3)
  })

  it('adds to what was kept aside before', async () => {
    await filled()
    await appendFile(path, 'first')
    await open()
    await opened.pop()?.close()
    await appendFile(path, 'second')
    await open()
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('first\nsecond\n')
  })
})

describe('the spool in a process of its own', () => {
  /** Runs a script beside the compiled spool; it gets the path of the spool as its argument. */
  async function start(script: string, limit = '') {
    const work = join(folder, 'run')
    await mkdir(work, { recursive: true })
    for (const name of ['spool', 'durable-files']) {
      const source = await readFile(new URL(`${name}.ts`, import.meta.url), 'utf8')
      const compilerOptions = { target: ts.ScriptTarget.ES2023, rewriteRelativeImportExtensions: true }
      await writeFile(join(work, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText)
    }
    await writeFile(join(work, 'package.json'), '{"type":"module"}')
    await writeFile(join(work, 'run.js'), `import { openSpool } from './spool.js'\n${script}`)
    const command = `${limit} exec "${process.execPath}" "${join(work, 'run.js')}" "${path}"`
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    return { child, lines: () => output.split('\n').slice(0, -1) }
  }

  it('has every entry it acknowledged after it was killed in the middle of writing', async () => {
    const { child, lines } = await start(`
      const spool = await openSpool(process.argv[2])
      for (let number = 0; ; number += 2) {
        await Promise.all([0, 1].map(async (more) => {
          await spool.append({ key: String(number + more) })
          process.stdout.write(number + more + '\\n')
        }))
      }`)
    while (lines().length < 50) await sleep(5)
    child.kill('SIGKILL')
    await once(child, 'close')
    const kept = await drainKeys(await open())
    expect(kept.slice(0, lines().length)).toEqual(lines())
  })

  it('refuses an entry for which there is no room, stays readable, and takes what fits again', async () => {
    // A limit on the size of files stands for a full disk: both fail in the middle of a write.
    const { child, lines } = await start(
      `
      const spool = await openSpool(process.argv[2])
      const tell = async (key, note) => {
        const result = await spool.append({ key, note }).then(() => 'kept', (cause) => cause.code)
        process.stdout.write(key + ' ' + result + '\\n')
      }
      await tell('small', '')
      await tell('large', 'x'.repeat(9000))
      await tell('after', '')
      await Promise.all([tell('group 1', ''), tell('group 2', 'x'.repeat(9000))])
      process.stdout.write((await spool.drain(async () => undefined)) + ' drained\\n')
      await tell('last', '')`,
      `trap '' XFSZ; ulimit -f 8;`,
    )
    await once(child, 'close')
    const [small, large, after, ...rest] = lines()
    expect([small, large, after]).toEqual(['small kept', 'large EFBIG', 'after kept'])
    expect(rest).toEqual(['group 1 kept', 'group 2 EFBIG', '3 drained', 'last kept'])
    expect(await drainKeys(await open())).toEqual(['last'])
    expect(await readdir(join(folder, 'data'))).toEqual(['notices.spool'])
  })
})
