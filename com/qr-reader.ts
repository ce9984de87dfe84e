/**
 * Reads the QR codes in a seller's picture. Decoding runs in a thread of its own, one picture at a time, so that
 * neither a large picture nor a hostile one holds up the shop. Pictures are decoded and dropped.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { readPictureHeader } from './picture-header.ts'
import type { PictureHeader } from './picture-header.ts'
import { pngUnpacksWithin } from './png-guard.ts'
import threadSource from './qr-decoder-thread.js?raw'

/** `found` holds each text once and is empty when the picture has no code. */
export type QrReading = { found: string[] } | { refused: 'not_png_or_jpeg' | 'too_large' | 'unreadable' }

export type QrReader = {
  /**
   * @param picture a PNG or JPEG file; the caller limits its bytes.
   * @throws QrReaderBusy when too many pictures wait already; Error when the reader is closed or cannot run.
   */
  read(picture: Uint8Array): Promise<QrReading>
  /** Ends the thread; whatever still waits is rejected. */
  close(): Promise<void>
}

/** Too many pictures wait to be read. Nothing was done; the same picture may be sent again. */
export class QrReaderBusy extends Error {
  constructor() {
    super('Too many pictures wait to be read')
    this.name = 'QrReaderBusy'
  }
}

const MAX_PIXELS = 16_000_000
const MAX_WAITING = 32
const IDLE_MS = 60_000
/** Bounds the script's heap; the decoder's own memory is bounded by the pixels and by png-guard.ts. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 }

/** @param options.timeLimitMs how long one picture may take, the start of the thread included. */
export function createQrReader(options: { timeLimitMs?: number } = {}): QrReader {
  const decoder = createDecoder(options.timeLimitMs ?? 10_000)
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  async function read(picture: Uint8Array): Promise<QrReading> {
    const header = readPictureHeader(picture)
    if (typeof header === 'string') return { refused: header }
    if (header.width * header.height > MAX_PIXELS) return { refused: 'too_large' }
    if (waiting >= MAX_WAITING) throw new QrReaderBusy()
    waiting += 1
    const turn = last.then(() => readNow(header, picture)).finally(() => (waiting -= 1))
    last = turn.catch(() => undefined)
    return turn
  }

  async function readNow(header: PictureHeader, picture: Uint8Array): Promise<QrReading> {
    const sound = header.kind === 'jpeg' || (await pngUnpacksWithin(picture, mostPngBytes(header)))
    const texts = sound ? await decoder.decode(picture) : null
    return texts ? { found: [...new Set(texts)] } : { refused: 'unreadable' }
  }

  return { read, close: () => decoder.close() }
}

/** The deepest PNG has 8 bytes per pixel; each row, of each of the seven passes if interlaced, begins with one more. */
function mostPngBytes({ width, height }: PictureHeader): number {
  return width * height * 8 + height * 7
}

function createDecoder(timeLimitMs: number) {
  let thread: Worker | undefined
  let reading: AbortController | undefined
  let idle: NodeJS.Timeout | undefined
  let closed = false

  /** @returns the texts, or null when the picture is damaged, takes too long or too much memory. */
  async function decode(picture: Uint8Array): Promise<string[] | null> {
    if (closed) throw new Error('The QR reader is closed')
    clearTimeout(idle)
    const worker = (thread ??= startThread())
    const { signal } = (reading = new AbortController())
    const limit = setTimeout(() => reading?.abort(), timeLimitMs)
    worker.ref()
    try {
      worker.postMessage(picture)
      const [texts] = await once(worker, 'message', { signal })
      worker.unref()
      idle = setTimeout(() => void stop(), IDLE_MS).unref()
      return texts as string[] | null
    } catch (cause) {
      await stop()
      if (closed) throw new Error('The QR reader is closed', { cause })
      if (signal.aborted || (cause as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return null
      throw cause
    } finally {
      clearTimeout(limit)
    }
  }

  async function stop(): Promise<void> {
    clearTimeout(idle)
    const ended = thread
    thread = undefined
    await ended?.terminate()
  }

  async function close(): Promise<void> {
    closed = true
    reading?.abort()
    await stop()
  }

  return { decode, close }
}

/** The thread gets no environment: it handles files from outside and needs no secret. */
function startThread(): Worker {
  const source = new URL(`data:text/javascript,${encodeURIComponent(threadSource)}`)
  const workerData = { base: import.meta.url }
  const thread = new Worker(source, { workerData, env: {}, execArgv: [], resourceLimits: THREAD_LIMITS })
  thread.on('error', () => undefined) // decode() reports it; without a listener it would end the process
  return thread
}
