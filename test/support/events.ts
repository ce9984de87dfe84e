/** Follows an order's live stream. */
export interface OrderEvents {
  /** States that were told, in order. */
  readonly states: readonly string[]
  /** Resolves when the server ends the stream or it breaks. */
  readonly ended: Promise<void>
  close(): void
}

export async function followOrder(url: string, orderId: string): Promise<OrderEvents> {
  const stop = new AbortController()
  const answer = await fetch(`${url}/api/orders/${orderId}/events`, { signal: stop.signal })
  if (answer.status !== 200 || !answer.body) throw new Error(`The stream answered ${answer.status}`)
  const states: string[] = []
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()

  async function read(): Promise<void> {
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const parts = (rest + value).split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const data = part.split('\n').find((line) => line.startsWith('data:'))
        if (part.includes('event: order') && data) states.push(JSON.parse(data.slice(5)).state)
      }
    }
  }

  return { states, ended: read().catch(() => undefined), close: () => stop.abort() }
}
