/** The same question to many, a few at a time. */
import { type Outcome, succeed } from '../../core/release/outcome.ts'

/** Keeps load low on what is probed, which may serve users at the same moment. */
const atOnce = 4

/** Answers in the order of the items. The first error ends it, and no further question is asked: not seen is not failed. */
export async function askEach<T, R>(items: readonly T[], ask: (item: T) => Promise<Outcome<R>>): Promise<Outcome<R[]>> {
  const answers: R[] = []
  let error: Outcome<never> | undefined
  const waiting = items.entries()
  const work = async () => {
    for (const [index, item] of waiting) {
      const answer = await ask(item)
      if (answer.ok) answers[index] = answer.value
      else error ??= answer
      if (error) return
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return error ?? succeed(answers)
}
