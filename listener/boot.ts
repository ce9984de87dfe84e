/** The file that Termux:Boot runs when the phone has started. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Files } from './config.ts'

/** Ends of the program after which starting it again changes nothing. */
export const EXIT_RUNNING = 75
export const EXIT_NOT_SET_UP = 78

const SHELL = '/data/data/com.termux/files/usr/bin/sh'

/** One file per listener's folder, so that two shops on one phone both start. @returns its path. */
export async function writeBootScript(around: {
  readonly files: Files
  readonly home: string
  readonly program: string
}): Promise<string> {
  const { files, home, program } = around
  const folder = join(home, '.termux', 'boot')
  const path = join(folder, `${basename(files.folder).replace(/^\./, '')}.sh`)
  const command = [process.execPath, program, 'run', '--folder', files.folder].map(quote).join(' ')
  const log = quote(files.log)
  const lines = [
    `#!${SHELL}`,
    'termux-wake-lock',
    `[ -f ${log} ] && mv ${log} ${quote(`${files.log}.1`)}`,
    'while true; do',
    `  ${command} >> ${log} 2>&1`,
    `  case $? in 0|${EXIT_RUNNING}|${EXIT_NOT_SET_UP}) break ;; esac`,
    '  sleep 5',
    'done',
  ]
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, `${lines.join('\n')}\n`)
  await chmod(path, 0o700)
  return path
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
