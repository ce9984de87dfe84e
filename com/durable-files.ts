import { open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Puts a whole file in place, or leaves what was there: written beside it, on the disk, then renamed. */
export async function replaceFile(path: string, content: string | Buffer): Promise<void> {
  const file = await placeFile(path, content)
  await file.close()
  await syncFolder(dirname(path))
}

/** As replaceFile, but leaves the file open and its folder for the caller to sync. */
export async function placeFile(path: string, content: string | Buffer): Promise<FileHandle> {
  const draft = `${path}.tmp`
  const file = await open(draft, 'w+', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
    await rename(draft, path)
    return file
  } catch (cause) {
    await file.close()
    await unlink(draft).catch(() => undefined) // a draft left behind is only untidy
    throw cause
  }
}

/** A new or renamed file is only there after a power cut once its folder is on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
