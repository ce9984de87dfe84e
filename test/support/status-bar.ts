/** A stand-in for termux-notification-list, and the status bar that it shows. */
import { chmod, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newFolder } from './engines.ts'

export interface Note {
  readonly id: number
  readonly tag: string
  readonly key: string
  readonly group: string
  readonly packageName: string
  readonly title: string
  readonly content: string
  /** Local time, as Android writes it. */
  readonly when: string
}

export interface StatusBar {
  /** Path of the command. */
  readonly command: string
  show(...notes: readonly Note[]): Promise<void>
  /** Without it the command waits for ever, as it does without notification access. */
  grant(access: boolean): Promise<void>
}

export async function openStatusBar(): Promise<StatusBar> {
  const folder = await newFolder()
  const command = join(folder, 'termux-notification-list')
  const list = join(folder, 'list.json')
  await writeFile(command, `#!/bin/sh\n[ -f ${folder}/denied ] && sleep 600\nexec cat ${list}\n`)
  await chmod(command, 0o700)
  const put = async (name: string, text: string) => {
    await writeFile(join(folder, `${name}.new`), text)
    await rename(join(folder, `${name}.new`), join(folder, name))
  }
  const bar: StatusBar = {
    command,
    show: (...notes) => put('list.json', JSON.stringify(notes, undefined, 2)),
    grant: (access) => (access ? rename(join(folder, 'denied'), join(folder, 'granted')) : put('denied', '')),
  }
  await bar.show()
  return bar
}

let notes = 0

/** @param at Unix ms by the phone's clock */
export function wechatNote(content: string, at = Date.now(), key = `k${(notes += 1)}`): Note {
  return noteOf('com.tencent.mm', '微信支付', content, at, key)
}

export function alipayNote(price: string, at = Date.now(), key = `k${(notes += 1)}`): Note {
  return noteOf('com.eg.android.AlipayGphone', '收钱码到账通知', `成功收款${price}元。享免费提现`, at, key)
}

function noteOf(packageName: string, title: string, content: string, at: number, key: string): Note {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  const when = local.toISOString().slice(0, 19).replace('T', ' ')
  return { id: 1, tag: '', key: `0|${packageName}|${key}`, group: '', packageName, title, content, when }
}
