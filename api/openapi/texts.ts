/** What the document of our own API says to people, in each language. */
import type { Locale, WebhookEvent } from '../../core/vocabulary.ts'
import type { FieldTexts } from './schemas.ts'
import { EN } from './texts-en.ts'
import { ZH } from './texts-zh.ts'

export const TAGS = ['Account', 'Orders', 'Test mode', 'Webhook endpoints', 'Webhook deliveries'] as const
export type Tag = (typeof TAGS)[number]

export interface OperationText {
  readonly tag: Tag
  readonly summary: string
  readonly description: string
}

export interface ApiTexts {
  readonly info: string
  /** Shown in the place of the tag. */
  readonly tags: Readonly<Record<Tag, { readonly name: string; readonly description: string }>>
  readonly operations: Readonly<Record<string, OperationText>>
  readonly fields: FieldTexts
  /** Of paths and queries, by name; `operation.name` where one means something of its own. */
  readonly parameters: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<'key' | 'replayed' | 'retryAfter' | 'allow', string>>
  readonly security: string
  readonly error: Readonly<Record<'type' | 'code' | 'message' | 'param', string>>
  readonly fault: string
  readonly done: string
  readonly events: Readonly<Record<WebhookEvent, string>>
  readonly eventParts: Readonly<Record<'type' | 'timestamp' | 'data', string>>
  readonly webhookHeaders: Readonly<Record<'id' | 'timestamp' | 'signature', string>>
  readonly webhookAnswers: Readonly<Record<'arrived' | 'failed', string>>
}

export const TEXTS: Readonly<Record<Locale, ApiTexts>> = { 'zh-CN': ZH, en: EN }
