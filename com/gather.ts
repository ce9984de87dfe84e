/** Many questions of one moment asked as one. */

/**
 * Nobody gets an answer that is older than the question: those who ask while an answer is under way are the next ones.
 *
 * @param ask answers many keys at once; a key without an answer is absent.
 * @param most keys of one question.
 */
export function gather<V>(
  ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  most: number,
): (key: string) => Promise<V | undefined> {
  let gathering: Gathering<V> | undefined

  function begin(): Gathering<V> {
    const keys = new Set<string>()
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

interface Gathering<V> {
  readonly keys: Set<string>
  readonly answers: Promise<ReadonlyMap<string, V>>
}
