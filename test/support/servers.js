// Throwaway servers for tests: own folder, own port, gone afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const FOLDERS = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/usr/local/opt/mariadb/bin',
  '/usr/local/opt/mysql/bin',
  '/usr/local/mysql/bin',
]
const CHROMIUM = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const START_MS = 60_000

/** @returns the first of the programs that this machine has. */
function find(names, folders = FOLDERS) {
  const paths = names.flatMap((name) => (name.includes('/') ? [name] : folders.map((it) => join(it, name))))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export const programs = {
  mariadb: find(['mariadbd', 'mysqld']),
  redis: find(['redis-server', 'valkey-server']),
  chromium: find(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', ...CHROMIUM]),
  curl: find(['curl']),
  php: find(['php']),
  python: find(['python3']),
  go: find(['go']),
  java: find(['javac']) && find(['java']),
}

export async function freePort() {
  const server = createServer()
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** MariaDB or MySQL with one account that may do everything. `url` has no database. */
export async function startMariadb() {
  const program = programs.mariadb
  if (!program) throw new Error('This machine has neither mariadbd nor mysqld')
  const folder = newFolder('mariadb')
  const port = await freePort()
  const user = `--user=${userInfo().username}`
  const data = join(folder, 'data')
  fillDataFolder(program, data, user)
  const init = join(folder, 'init.sql')
  writeFileSync(
    init,
    "CREATE USER 'tests'@'%' IDENTIFIED BY 'throwaway';\nGRANT ALL ON *.* TO 'tests'@'%' WITH GRANT OPTION;\n",
  )
  const options = [
    '--no-defaults',
    user,
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-networking=0',
    '--skip-name-resolve',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--max-connections=400',
    '--innodb-buffer-pool-size=64M',
    '--innodb-flush-log-at-trx-commit=2',
  ]
  const server = await launch(program, [...options, `--init-file=${init}`], port, folder)
  return {
    ...server,
    url: `mysql://tests:throwaway@127.0.0.1:${port}`,
    restart: () => server.restart(options),
  }
}

/** Redis that writes nothing to disk. */
export async function startRedis() {
  const program = programs.redis
  if (!program) throw new Error('This machine has no redis-server')
  const folder = newFolder('redis')
  const port = await freePort()
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const server = await launch(program, options, port, folder)
  return { ...server, url: `redis://127.0.0.1:${port}`, restart: () => server.restart(options) }
}

/** A socket's path may have 104 characters on macOS, so the folder's name stays short. */
function newFolder(name) {
  return mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), `${name}-`))
}

/** Notes that a process runs, so that test/run.js can end it should the test that started it be ended first. */
export function track(child) {
  const { TEST_FOLDER: folder } = process.env
  if (!folder || child.pid === undefined) return
  const note = join(folder, 'running', `${child.pid}`)
  mkdirSync(join(folder, 'running'), { recursive: true })
  writeFileSync(note, '')
  child.once('exit', () => rmSync(note, { force: true }))
}

function fillDataFolder(program, data, user) {
  const version = spawnSync(program, ['--no-defaults', '--version'], { encoding: 'utf8' }).stdout
  const beside = [dirname(program), join(dirname(dirname(realpathSync(program))), 'scripts'), ...FOLDERS]
  const install = find(['mariadb-install-db', 'mysql_install_db'], beside)
  const done =
    version.includes('MariaDB') && install
      ? spawnSync(install, ['--no-defaults', `--datadir=${data}`, user, '--skip-test-db'], {
          encoding: 'utf8',
        })
      : spawnSync(program, ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, user], {
          encoding: 'utf8',
        })
  if (done.status !== 0) throw new Error(`The test database cannot be made:\n${done.stdout}${done.stderr}`)
}

/** Own process group: Ctrl-C reaches the tests first, and they end their servers. */
async function launch(program, options, port, folder) {
  let child = await begin(program, options, port)

  async function end(signal) {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGCONT')
    child.kill(signal)
    await gone
  }

  return {
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    restart: async (again) => {
      await end('SIGKILL')
      child = await begin(program, again, port)
    },
    stop: async () => {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function begin(program, options, port) {
  const child = spawn(program, options, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  track(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-4000)))
  const until = Date.now() + START_MS
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
      child.kill('SIGKILL')
      throw new Error(`${program} does not start:\n${output}`)
    }
    await sleep(50)
  }
  return child
}

/** Redis waits to be asked, MariaDB greets: either is an answer to PING. */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.once('error', () => resolve(false)).once('close', () => resolve(false))
  })
}
