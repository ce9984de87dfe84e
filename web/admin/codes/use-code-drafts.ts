/** The codes that wait to be saved: each picture is shrunk, read by the server, shown, and saved with the others. */
import { computed, onScopeDispose, reactive } from 'vue'
import { addCodes, readCodePicture } from '../../../api/contract/admin-codes.ts'
import { findYuan, formatYuan } from '../../../core/money.ts'
import type { Channel } from '../../../core/vocabulary.ts'
import { ApiError } from '../../http.ts'
import { adminCall } from '../session.ts'
import { localProblem, problemOf, type Problem } from './problem.ts'
import { shrinkPicture } from './shrink-picture.ts'

export interface Draft {
  readonly key: number
  readonly name: string
  /** Address of the picture, while the draft lives. */
  readonly preview: string
  readonly picture: Blob
  state: 'waiting' | 'reading' | 'read' | 'refused'
  problem: Problem | undefined
  payload: string
  channel: Channel | undefined
  amountText: string
  free: boolean
  /** Chosen for this draft alone; empty for the account that is chosen for its channel. */
  accountId: string
  /** The shop has this code already. */
  known: boolean
}

export interface Candidate {
  /** A file's name, or the pasted text. */
  readonly name: string
  readonly picture: Blob
  /** Taken where the file's name says no amount. */
  readonly amountCents?: number | undefined
}

/** The most that one request may carry. */
const BATCH = 200

/**
 * @param saved is told how many codes each request added.
 * @param accountOf where a draft is to be kept; undefined for its channel's first account.
 */
export function useCodeDrafts(
  saved: (count: number) => void,
  accountOf: (draft: Draft) => string | undefined,
) {
  const drafts = reactive<Draft[]>([])
  const ready = computed(() => drafts.filter((one) => isComplete(one) && !isRepeated(one, drafts)))
  let lastKey = 0
  let queue = Promise.resolve()

  function add(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      drafts.push(newDraft(++lastKey, candidate))
      const draft = drafts.at(-1)
      if (draft) read(draft)
    }
  }

  /** One after the other: the server reads one picture at a time anyway. */
  function read(draft: Draft): void {
    draft.state = 'waiting'
    queue = queue.then(() => (drafts.includes(draft) ? readNow(draft) : undefined))
  }

  function remove(draft: Draft): void {
    URL.revokeObjectURL(draft.preview)
    drafts.splice(drafts.indexOf(draft), 1)
  }

  /** What was saved leaves the list, and its repetitions turn out to be known. */
  function settle(saved: Draft): void {
    remove(saved)
    for (const draft of drafts) {
      if (draft.state === 'read' && codeKey(draft.payload) === codeKey(saved.payload)) draft.known = true
    }
  }

  /** Saves what is complete; the refused stay with the reason. @throws ApiError */
  async function save(): Promise<void> {
    while (ready.value.length > 0) {
      const batch = ready.value.slice(0, BATCH)
      const codes = batch.map((one) => ({
        payload: one.payload,
        amountCents: amountOf(one) ?? null,
        accountId: accountOf(one),
      }))
      const { added, refused } = await adminCall(addCodes, { body: { codes } })
      for (const draft of batch) {
        const reason = refused.find((one) => one.payload === draft.payload)?.reason
        if (reason) refuse(draft, localProblem(reason))
        else settle(draft)
      }
      saved(added.length)
    }
  }

  onScopeDispose(() => drafts.forEach((one) => URL.revokeObjectURL(one.preview)))
  return { drafts, ready, add, read, remove, save }
}

function newDraft(key: number, { name, picture, amountCents }: Candidate): Draft {
  return {
    key,
    name,
    preview: URL.createObjectURL(picture),
    picture,
    state: 'waiting',
    problem: undefined,
    payload: '',
    channel: undefined,
    amountText: amountCents === undefined ? '' : formatYuan(amountCents),
    free: false,
    accountId: '',
    known: false,
  }
}

async function readNow(draft: Draft): Promise<void> {
  draft.state = 'reading'
  const picture = await shrinkPicture(draft.picture)
  if (typeof picture === 'string') return refuse(draft, localProblem(picture))
  try {
    const query = draft.picture instanceof File ? { fileName: draft.name.slice(-255) } : {}
    const reading = await adminCall(readCodePicture, { body: picture, query })
    draft.payload = reading.payload
    draft.channel = reading.channel
    draft.known = reading.known
    if (reading.amountCents) draft.amountText = formatYuan(reading.amountCents)
    draft.state = 'read'
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    refuse(draft, problemOf(cause))
  }
}

function refuse(draft: Draft, problem: Problem): void {
  draft.state = 'refused'
  draft.problem = problem
}

/** @returns the typed amount; undefined for a free-amount code and for what is no amount. */
function amountOf(draft: Draft): number | undefined {
  return draft.free ? undefined : findYuan(draft.amountText.trim())
}

function isComplete(draft: Draft): boolean {
  return draft.state === 'read' && !draft.known && (draft.free || amountOf(draft) !== undefined)
}

/** The same code stands further up among the drafts. */
export function isRepeated(draft: Draft, drafts: readonly Draft[]): boolean {
  if (draft.state !== 'read') return false
  const same = drafts.find((one) => one.state === 'read' && codeKey(one.payload) === codeKey(draft.payload))
  return same?.key !== draft.key
}

/** Alipay prints one code also in capitals and with a tail such as `?t=` or `?_s=`. */
function codeKey(payload: string): string {
  return /^https?:\/\/qr\.alipay\.com\//i.test(payload)
    ? payload.toLowerCase().replace(/[?#].*/, '')
    : payload
}
