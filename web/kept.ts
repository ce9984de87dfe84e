/** What this browser remembers: localStorage, or the page's own memory where storage is refused or full. */
const memory = new Map<string, string>()

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`qrtill.${name}`) ?? memory.get(name)
  } catch {
    return memory.get(name)
  }
}

export function keep(name: string, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(`qrtill.${name}`, value)
  } catch {
    // Private windows of old browsers refuse to store: memory has it until the page is left.
  }
}

export function forget(name: string): void {
  memory.delete(name)
  try {
    localStorage.removeItem(`qrtill.${name}`)
  } catch {
    // As above.
  }
}
