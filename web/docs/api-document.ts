/** The OpenAPI document as far as the pages for developers read it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
}

export interface Content {
  readonly 'application/json': { readonly schema: Schema; readonly example?: unknown }
}

export interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
  readonly example?: unknown
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  readonly 'x-scope'?: string
  readonly 'x-test-only'?: boolean
}

export interface ErrorCode {
  readonly code: string
  readonly type: string
  readonly status: number
  readonly message: string
}

export interface ApiDocument {
  readonly info: { readonly version: string; readonly description: string }
  readonly tags: readonly {
    readonly name: string
    readonly description: string
    readonly 'x-name'?: string
  }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly 'x-errors': readonly ErrorCode[]
  }
}

/** An operation with where it is. */
export interface Endpoint extends Operation {
  readonly method: string
  readonly path: string
}

/** What merchants' sites may call, by section. */
export function endpointsOf(document: ApiDocument, tag: string): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({
        ...operation,
        parameters: operation.parameters.map((one) => resolveParameter(document, one)),
        method: method.toUpperCase(),
        path,
      })),
  )
}

/** Sections of the part for merchants' sites: those that have a name of their own. */
export function sectionsOf(document: ApiDocument) {
  return document.tags.flatMap(({ name, description, 'x-name': title }) =>
    title === undefined ? [] : [{ tag: name, slug: slugOf(name), title, description }],
  )
}

export function slugOf(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-')
}

function resolveParameter({ components }: ApiDocument, parameter: Parameter): Parameter {
  return (parameter.$ref && components.parameters[nameOf(parameter.$ref)]) || parameter
}

/** What is said where it is used comes before what its name says. */
export function resolveSchema({ components }: ApiDocument, schema: Schema): Schema {
  const named = schema.$ref === undefined ? undefined : components.schemas[nameOf(schema.$ref)]
  return named ? { ...named, ...(schema.description && { description: schema.description }) } : schema
}

export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}
