// The source of the thread that qr-reader.ts starts. It is plain JavaScript and read as text, so that the same
// thread runs from the source tree and from the bundle; `workerData.base` tells where packages are looked for.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

const require = createRequire(workerData.base)
const { prepareZXingModule, purgeZXingModule, readBarcodes } = require('zxing-wasm/reader')
const wasm = readFileSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))

/** Hands over the package's own file: left alone, it would be fetched from a public server. */
function prepare() {
  prepareZXingModule({ overrides: { wasmBinary: wasm, printErr: () => undefined } })
}

/** @returns the texts of all codes, or null when the picture cannot be decoded. */
async function decode(picture) {
  const options = { formats: ['QRCode'], tryHarder: true, textMode: 'Plain' }
  try {
    const codes = await readBarcodes(picture, options)
    return codes.some((code) => code.error) ? null : codes.map((code) => code.text)
  } catch {
    purgeZXingModule() // out of memory or worse: the next picture gets a fresh decoder
    prepare()
    return null
  }
}

prepare()
parentPort.on('message', async (picture) => parentPort.postMessage(await decode(picture)))
