/** A schema as rows that can be read: name, kind, bounds, meaning, and what is inside. */
import { nameOf, resolveSchema, type ApiDocument, type Schema } from './api-document.ts'

export interface FieldRow {
  readonly name: string
  readonly kind: string
  readonly required: boolean
  readonly description: string
  /** Words that it can be. */
  readonly values: readonly string[]
  readonly bounds: string
  readonly inside: readonly FieldRow[]
}

const DEEPEST = 3

/** ISO times have one form: it is said with their kind. */
const TIME_PATTERN = /^\^\\d\{4\}-/

export function fieldRows(document: ApiDocument, schema: Schema, depth = 0): FieldRow[] {
  const { properties = {}, required = [] } = resolveSchema(document, schema)
  return Object.entries(properties).map(([name, field]) => fieldRow(document, name, field, required, depth))
}

export function fieldRow(
  document: ApiDocument,
  name: string,
  field: Schema,
  required: readonly string[],
  depth = 0,
): FieldRow {
  const { schema, nullable } = withoutNull(field)
  const whole = resolveSchema(document, schema)
  const items = whole.items && resolveSchema(document, whole.items)
  const holder = items ?? whole
  return {
    name,
    kind: `${kindOf(schema, whole)}${nullable ? ' | null' : ''}`,
    required: required.includes(name),
    description: field.description ?? whole.description ?? '',
    values: (items?.enum ?? whole.enum ?? []).map(String),
    bounds: boundsOf(whole),
    inside: depth < DEEPEST && holder.properties ? fieldRows(document, holder, depth + 1) : [],
  }
}

function withoutNull(field: Schema): { schema: Schema; nullable: boolean } {
  const choices = field.anyOf?.filter((one) => one.type !== 'null')
  if (choices?.length === 1 && choices[0]) return { schema: choices[0], nullable: true }
  if (Array.isArray(field.type)) {
    const type = (field.type as readonly string[]).find((one) => one !== 'null') ?? 'string'
    return { schema: { ...field, type }, nullable: field.type.includes('null') }
  }
  return { schema: field, nullable: false }
}

function kindOf(schema: Schema, whole: Schema): string {
  if (whole.const !== undefined) return JSON.stringify(whole.const)
  if (whole.items) return `${whole.items.$ref ? nameOf(whole.items.$ref) : 'string'}[]`
  if (schema.$ref) return nameOf(schema.$ref)
  if (typeof whole.additionalProperties === 'object') return 'map<string, string>'
  if (whole.pattern && TIME_PATTERN.test(whole.pattern)) return 'ISO 8601'
  return String(whole.type ?? 'object')
}

function boundsOf({ minimum, maximum, minLength, maxLength, pattern }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum}–${maximum}`
  if (maxLength !== undefined) return `${minLength ?? 0}–${maxLength}`
  return pattern !== undefined && !TIME_PATTERN.test(pattern) && pattern.length < 48 ? pattern : ''
}
