export interface Mutant {
  /** Heading of the invariant. */
  readonly rule: string
  readonly file: string
  readonly from: string
  readonly to: string
  readonly testFile: string
  readonly testName: string
}

export function readMutants(root: string): Mutant[]
