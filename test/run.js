// `npm test`: starts a database, a Redis and a browser of its own and runs every test against them.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { programs, startMariadb, startRedis } from './support/servers.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const folder = mkdtempSync(join(tmpdir(), 'qrtill-tests-'))
process.env.TEST_FOLDER = folder
const servers = []
let run
let interrupted

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interrupted = signal
    run?.kill(signal)
  })

try {
  process.exitCode = await main()
} finally {
  endTheRest()
}
if (interrupted) process.exitCode = 130

async function main() {
  const missing = [
    !programs.mariadb && 'MySQL and several processes (mariadbd or mysqld)',
    !programs.redis && 'Redis (redis-server)',
    !programs.chromium && 'the pages in a browser (chromium)',
    !programs.curl && 'the samples for a shell (curl)',
    !programs.php && 'examples and merchants’ sites in PHP (php)',
    !programs.python && 'examples in Python (python3)',
    !programs.go && 'examples in Go (go)',
    !programs.java && 'examples in Java (javac)',
  ].filter(Boolean)
  const notice = missing.length > 0 && `Not tested, missing on this machine: ${missing.join(', ')}`
  if (notice && process.env.CI === 'true') {
    console.error(notice)
    return 1
  }
  try {
    const [mariadb, redis] = await Promise.all([
      programs.mariadb && startMariadb().then(keep),
      programs.redis && startRedis().then(keep),
    ])
    if (interrupted) return 130
    return await runVitest({
      TEST_MYSQL_URL: mariadb?.url,
      TEST_REDIS_URL: redis?.url,
      TEST_CHROMIUM: programs.chromium,
    })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    if (notice) console.error(notice)
  }
}

/** Whatever a test left running because it was ended itself. */
function endTheRest() {
  for (const pid of namesIn(join(folder, 'running'))) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // it has ended meanwhile
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function namesIn(path) {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function keep(server) {
  servers.push(server)
  return server
}

function runVitest(addresses) {
  const words = ['run', '--config', join(root, 'test/vitest.config.ts'), ...process.argv.slice(2)]
  run = spawn(process.execPath, [vitest, ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...Object.fromEntries(Object.entries(addresses).filter(([, it]) => it)) },
  })
  return new Promise((resolve, reject) => {
    run.once('error', reject)
    run.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}
