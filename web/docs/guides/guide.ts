/** A guide as data: written once in each language, drawn by one component. `code` between backticks. */
export type Block =
  | { readonly kind: 'heading' | 'text' | 'note' | 'warning'; readonly text: string }
  | { readonly kind: 'steps' | 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly label: string; readonly code: string }
  /** By language. */
  | { readonly kind: 'samples'; readonly samples: Readonly<Record<string, string>> }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  /** Drawn from the document. */
  | { readonly kind: 'codes' | 'events' }

export interface Guide {
  readonly title: string
  readonly summary: string
  readonly blocks: readonly Block[]
}

export const GUIDES = ['quick-start', 'testing', 'webhooks', 'errors', 'idempotency', 'lists'] as const
export type GuideName = (typeof GUIDES)[number]
export type Guides = Readonly<Record<GuideName, Guide>>
