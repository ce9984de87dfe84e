/** The contract's operations as data. */
import * as contract from './contract/index.ts'
import type { Operation } from './contract/operation.ts'

export const OPERATIONS: readonly Operation[] = (Object.values(contract) as unknown[]).filter(isOperation)

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'refusals' in value && 'path' in value
}

export function findOperation(method: string, path: string): Operation | undefined {
  return OPERATIONS.find((one) => one.method === method && matches(one.path, path))
}

/** @returns the methods that a path takes; none for a path that is not there. */
export function methodsOf(path: string): string[] {
  return OPERATIONS.filter((one) => matches(one.path, path)).map((one) => one.method)
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at])
  )
}
