/** Which flag of which source a flag of the plan is: by its very key, or perhaps by the same words in another spelling. */
import type { DraftFlag } from '../../draft.ts'
import type { FlagOffer } from '../../flag.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle } from './proposal.ts'

/** Each flag of the plan once, in its order. */
export function proposeFlags(input: ProposeInput): Finding[] {
  const { draft, bindings } = input
  const bound = new Map(Object.entries(bindings.flags ?? {}))
  const offered = Object.entries(input.flagOffers).flatMap(([source, flags]) =>
    flags.map((flag): Offered => ({ ...flag, source, spelling: spellingOf(flag.key) })),
  )
  const flags = new Map<string, DraftFlag>()
  for (const flag of draft.flags) if (!flags.has(flag.key)) flags.set(flag.key, flag)
  return [...flags.values()].map(({ key, source, isRollbackToggle }): Finding => {
    const says = isRollbackToggle ? `${key} (rollback toggle)` : key
    const subject = { section: 'flags' as const, path: ['flags', key], says, source, otherwise: 'a person sets it' }
    const binding = bound.get(key)
    if (binding) return boundFinding(subject, binding)
    const finding = settle(subject, proposalsFor(key, isRollbackToggle, offered))
    return finding.state === 'unbound' ? { ...finding, reason: missing(input) } : finding
  })
}

interface Offered extends FlagOffer {
  source: string
  spelling: Spelling
}

function missing({ operator, flagOffers }: ProposeInput): string {
  const silent = Object.keys(operator.flagSources).filter((source) => !Object.hasOwn(flagOffers, source))
  return silent.length > 0 ? `no flag source has it, but ${silent.join(', ')} did not answer` : 'no flag source has it'
}

/** Only one very key is sure; what is spelled otherwise may be another flag, so it is for a person to say. */
function proposalsFor(key: string, isRollbackToggle: boolean, offered: readonly Offered[]): Proposal[] {
  const proposal = (offer: Offered, confidence: number, why: string): Proposal => ({
    value: { source: offer.source, key: offer.key },
    confidence,
    reason: `${isRollbackToggle ? 'rollback toggle: ' : ''}${why}; ${describe(offer)}`,
  })
  const exact = offered.filter((offer) => offer.key === key)
  if (exact.length === 1) return exact.map((offer) => proposal(offer, 0.9, `${offer.source} has this very key`))
  if (exact.length > 1) return exact.map((offer) => proposal(offer, 0.65, `${exact.length} sources have this very key`))
  const own = spellingOf(key)
  if (own.words === '') return []
  return offered.flatMap((offer): Proposal[] => {
    const { words, bare } = offer.spelling
    if (words === own.words) return [proposal(offer, 0.6, 'the same words in another spelling')]
    if (bare === own.bare) return [proposal(offer, 0.5, 'the same words but for a prefix')]
    return []
  })
}

const variantsShown = 4

function describe({ state, variants }: FlagOffer): string {
  const shown = variants.slice(0, variantsShown).join(', ')
  const more = variants.length > variantsShown ? `, and ${variants.length - variantsShown} more` : ''
  return `${state === 'DISABLED' ? 'disabled there, ' : ''}${variants.length === 1 ? 'variant' : 'variants'} ${shown}${more}`
}

/** `bare` is without what only says that it is a flag. */
interface Spelling {
  words: string
  bare: string
}

/** `rollback` is not among them: `rollback.basket` undoes `basket`. */
const prefix = /^(?:(?:feature )?(?:flags?|toggles?|switch(?:es)?)|features?|ff) (?=.)/

/** `newBasket`, `new_basket` and `NEW.BASKET` are "new basket". */
function spellingOf(key: string): Spelling {
  const words = key
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return { words, bare: words.replace(prefix, '') }
}
