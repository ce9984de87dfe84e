import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One folder for everything that the tests of a run write. `npm test` brings and removes its own. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_FOLDER) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'qrtill-tests-'))
  process.env.TEST_FOLDER = folder
  return async () => {
    await rm(folder, { recursive: true, force: true })
    delete process.env.TEST_FOLDER
  }
}
