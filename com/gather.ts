/** Many questions of one moment asked as one. */

/**
 * Nobody gets an answer that is older than the question: those who ask while an answer is under way are the next ones.
 *
 * @param ask answers many keys at once; a key without an answer is absent.
 * @param most keys of one question.
 */
export function gather<K, V>(
  ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  most: number,
): (key: K) => Promise<V | undefined> {
  let gathering: Gathering<K, V> | undefined

  function begin(): Gathering<K, V> {
    const keys = new Set<K>()
    const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (gathering === begun) gathering = undefined
      return ask([...keys])
    })
    const begun = { keys, answers }
    return begun
  }

  return async (key) => {
    if (!gathering || gathering.keys.size >= most) gathering = begin()
    gathering.keys.add(key)
    return (await gathering.answers).get(key)
  }
}

interface Gathering<K, V> {
  readonly keys: Set<K>
  readonly answers: Promise<ReadonlyMap<K, V>>
}
