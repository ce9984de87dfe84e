// Builds when something that was built is missing or older than what it is built from.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const BUILT = [
  'dist/app.js',
  'dist/listener.js',
  'dist/docs.js',
  'public/app/index.html',
  'public/app/qrtill-listener.mjs',
]
const SOURCES = ['app.ts', 'com', 'core', 'api', 'web', 'sql', 'listener', 'tools', 'package-lock.json']

if (newest(SOURCES) > oldest(BUILT)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  process.exit(status ?? 1)
}

/** Folders count too: their time changes when a file is added or removed. */
function newest(paths) {
  let latest = 0
  for (const path of paths) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false })
    if (!stat) continue
    latest = Math.max(latest, stat.mtimeMs)
    if (stat.isDirectory()) latest = Math.max(latest, newest(namesIn(path)))
  }
  return latest
}

function namesIn(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => !/\.test\.(ts|js)$/.test(name))
    .map((name) => `${folder}/${name}`)
}

function oldest(paths) {
  return Math.min(...paths.map((path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0))
}
