/** Which check or command of the operator's catalogue the words of a step or a criterion mean. */
import type { Operator } from '../../operator.ts'
import type { Proposal } from './proposal.ts'
import {
  type Environment,
  environmentOf,
  environmentWords,
  otherWords,
  quoteWords,
  sharedWords,
  wordsOf,
} from './words.ts'

/** Words of any check, which tell none from another. */
const verifying = wordsOf(
  'check checks test tests pass passes passing passed verify verified validate validated probe green answer answers api http https endpoint endpoints request',
)

/** Values are `{ check }`. The name's own word (smoke, health) has to be said; a word that only its requests say is a hint. */
export function matchChecks(text: string, place: Environment | undefined, { checks }: Operator): Proposal[] {
  const said = otherWords(wordsOf(text), [...verifying, ...environmentWords])
  return Object.entries(checks).flatMap(([name, spec]): Proposal[] => {
    const own = otherWords(wordsOf(name), [...verifying, ...environmentWords])
    const requests = spec.driver === 'http' ? spec.requests : []
    const asked = wordsOf(...requests.map((request) => `${request.name} ${request.url}`))
    const matched = sharedWords(said, own)
    const hinted = sharedWords(said, asked)
    const fit = placeFit(environmentOf(name), place)
    if (matched.length === 0 && (hinted.length === 0 || fit.bonus <= 0)) return []
    const [confidence, words] = matched.length > 0 ? [0.8, matched] : [0.5, hinted]
    return [
      { value: { check: name }, confidence: confidence + fit.bonus, reason: `${quoteWords(words, text)}${fit.reason}` },
    ]
  })
}

/**
 * Values are `{ command }`. A command acts, so what it does has to be said by the step itself; what only the code below the step says,
 * or a place alone, is a hint.
 */
export function matchCommands(
  { text, details, code }: { text: string; details: readonly string[]; code: readonly { text: string }[] },
  place: Environment | undefined,
  { commands }: Operator,
): Proposal[] {
  const said = otherWords(wordsOf(text), environmentWords)
  const shown = otherWords(wordsOf(...details, ...code.map((block) => block.text)), environmentWords)
  return Object.entries(commands).flatMap(([name, { description, parameters }]): Proposal[] => {
    const [verb = '', ...objects] = otherWords(wordsOf(name), environmentWords)
    const about = [...objects, ...otherWords(wordsOf(description), environmentWords)]
    const isSaid = sharedWords([verb], said).length > 0
    const matched = sharedWords(said, [verb, ...about])
    const isShown = sharedWords([verb], shown).length > 0
    if (matched.length === 0 && !isShown) return []
    const needed = Object.keys(parameters)
    const fit = placeFit(environmentOf(name, description), place)
    let confidence = isSaid ? 0.75 : isShown && matched.length > 0 ? 0.5 : 0.4
    if (matched.length > 1) confidence += 0.05
    confidence += fit.bonus
    if (needed.length > 0) confidence = Math.min(confidence, 0.6)
    const words = matched.length > 0 ? quoteWords(matched, text) : `its code says ${quoteWords([verb], name)}`
    const value = {
      command: name,
      ...(needed.length === 0 ? {} : { parameters: Object.fromEntries(needed.map((key) => [key, '…'])) }),
    }
    const reason = `${words}${fit.reason}${needed.length > 0 ? `, needs ${needed.join(', ')}` : ''}`
    return [{ value, confidence, reason }]
  })
}

/** What names one place is not meant where another is spoken of. */
export function placeFit(
  own: Environment | undefined,
  place: Environment | undefined,
): { bonus: number; reason: string } {
  if (own === undefined || place === undefined) return { bonus: 0, reason: '' }
  return own === place ? { bonus: 0.1, reason: `, in ${place}` } : { bonus: -0.45, reason: `, but it is for ${own}` }
}
