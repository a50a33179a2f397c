/** What is done once the users are back: a check or a command of the catalogue, a deployment, the work of people, or nothing more than share 0. */
import type { DraftStep } from '../../draft.ts'
import { nameKey } from '../names.ts'
import { movesTraffic } from '../phase-ids.ts'
import { matchChecks, matchCommands } from './match-catalogue.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle } from './proposal.ts'
import { groupsOf, says } from './propose-people.ts'
import { environmentOf } from './words.ts'

/** "Send all traffic back", "Set all weights to zero": what a rollback does before anything else. */
const sendsBack =
  /\btraffic\b|\btrafic\b|\btrafego\b|\btrafico\b|\bweights?\b|load.?balancer|\b(?:share|canary)\b.*\b(?:0|zero)\b/
const bringsBack = /\b(?:re-?deploy|restore|revert|roll ?back|put)\b.*\b(?:version|release|build|image|container|code)/

export function proposeRollback(input: ProposeInput, deployer: string | undefined): Finding[] {
  const bound = new Map(
    Object.entries(input.bindings.rollback?.steps ?? {}).map(([words, binding]) => [nameKey(words), binding]),
  )
  const seen = new Set<string>()
  return input.draft.rollback.steps.flatMap((step): Finding[] => {
    const { text, source } = step
    if (seen.has(nameKey(text))) return []
    seen.add(nameKey(text))
    const otherwise = 'nothing does it, which whoever starts the release accepts'
    const subject = { section: 'rollback' as const, path: ['rollback', 'steps', text], says: text, source, otherwise }
    const binding = bound.get(nameKey(text))
    return [binding ? boundFinding(subject, binding) : settle(subject, proposalsFor(step, input, deployer))]
  })
}

/** Whether share 0 is all that these words ask for. */
export const isShareBack = ({ text }: { text: string }): boolean =>
  sendsBack.test(
    text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase(),
  )

function proposalsFor(step: DraftStep, input: ProposeInput, deployer: string | undefined): Proposal[] {
  const { text } = step
  const { draft, operator } = input
  const place = environmentOf(text) ?? 'production'
  const back = 'share 0 is set and read back first'
  return [
    ...(isShareBack(step) && draft.phases.some(movesTraffic)
      ? [{ value: { covered: back }, confidence: 0.8, reason: 'it sends the traffic back' }]
      : []),
    ...matchChecks(text, place, operator),
    // What undoes something may destroy something: a person says which command is meant.
    ...matchCommands(step, place, operator).map((one) => ({ ...one, confidence: Math.min(one.confidence, 0.65) })),
    ...(deployer !== undefined && bringsBack.test(text.toLowerCase())
      ? [{ value: { deploy: deployer }, confidence: 0.55, reason: 'it brings the old version back' }]
      : []),
    ...groupsOf(operator)
      .filter((group) => says(text, group))
      .map((group) => ({ value: { byHand: group }, confidence: 0.7, reason: `it names ${group}` })),
  ]
}
