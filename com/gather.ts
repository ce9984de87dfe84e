/** Many questions of one moment asked as one. */

/**
 * While so many are under way, whoever asks waits to ask together with others: the more is asked for, the more is asked
 * at once.
 */
const MOST_UNDER_WAY = 2

/** A question that takes longer than this holds up nobody. */
const PATIENCE_MS = 200

/**
 * Nobody gets an answer that is older than the question: those who ask while an answer is under way are the next ones.
 *
 * @param ask answers many keys at once; a key without an answer is absent.
 * @param most keys of one question. So many never wait for other questions.
 */
export function gather<K, V>(
  ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  most: number,
): (key: K) => Promise<V | undefined> {
  let gathering: Gathering<K, V> | undefined
  let underWay = 0

  function begin(): Gathering<K, V> {
    let start = () => undefined as void
    const started = new Promise<void>((resolve) => (start = resolve))
    const begun: Gathering<K, V> = {
      keys: new Set(),
      answers: started.then(() => askFor(begun)),
      start,
      isRipe: false,
    }
    setImmediate(() => {
      begun.isRipe = true
      startIfMay(begun)
    })
    return begun
  }

  function startIfMay(one: Gathering<K, V>): void {
    if (!one.isRipe || (underWay >= MOST_UNDER_WAY && one.keys.size < most)) return
    if (gathering === one) gathering = undefined
    underWay += 1
    one.start()
  }

  async function askFor({ keys }: Gathering<K, V>): Promise<ReadonlyMap<K, V>> {
    let isHolding = true
    const makeRoom = () => {
      if (!isHolding) return
      isHolding = false
      underWay -= 1
      if (gathering) startIfMay(gathering)
    }
    const timer = setTimeout(makeRoom, PATIENCE_MS)
    try {
      return await ask([...keys])
    } finally {
      clearTimeout(timer)
      makeRoom()
    }
  }

  return async (key) => {
    gathering ??= begin()
    const mine = gathering
    mine.keys.add(key)
    if (mine.keys.size >= most) {
      gathering = undefined
      startIfMay(mine)
    }
    return (await mine.answers).get(key)
  }
}

interface Gathering<K, V> {
  readonly keys: Set<K>
  readonly answers: Promise<ReadonlyMap<K, V>>
  start(): void
  /** Everyone of its moment has asked. */
  isRipe: boolean
}
