/** What the steps of each phase do: move traffic, deploy, check, run a command of the catalogue, or be confirmed by a person. */
import type { StepBinding } from '../../bindings-steps.ts'
import type { DraftPhase, DraftStep } from '../../draft.ts'
import { nameKey } from '../names.ts'
import { movesTraffic, phaseIdIn } from '../phase-ids.ts'
import { matchChecks, matchCommands, placeFit } from './match-catalogue.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle, spoken } from './proposal.ts'
import { groupFor } from './propose-people.ts'
import { deployersOf } from './propose-service.ts'
import { type Environment, environmentOf, environmentWords, otherWords, quoteWords, wordsOf } from './words.ts'

/** The service as far as it is known: what is bound or proposed. */
export interface KnownService {
  name?: string | undefined
  candidate?: string | undefined
  deployer?: string | undefined
}

export function proposeSteps(input: ProposeInput, service: KnownService, asks: string | undefined): Finding[] {
  return input.draft.phases.flatMap((phase) => {
    const id = phaseIdIn(input.draft.phases, phase)
    const entries = Object.entries(input.bindings.phases?.[id]?.steps ?? {})
    const bound = new Map(entries.map(([says, binding]) => [nameKey(says), binding]))
    const mover = stepThatMoves(phase, bound)
    const seen = new Set<string>()
    return phase.steps.flatMap((step): Finding[] => {
      if (seen.has(nameKey(step.text))) return []
      seen.add(nameKey(step.text))
      const subject = {
        section: 'steps' as const,
        path: ['phases', id, 'steps', step.text],
        says: step.text,
        source: step.source,
      }
      const binding = bound.get(nameKey(step.text))
      if (binding) return [boundFinding(subject, binding)]
      const proposals = [
        ...(step === mover.step ? rolloutOf(phase, input, service, mover.proposal) : []),
        ...proposalsFor(step, phase, input, service),
      ]
      return [settle({ ...subject, otherwise: `${spoken(asks)} confirms it` }, proposals)]
    })
  })
}

/** Of several services, the one that is called like the track; else a person says which of them move here. */
function rolloutOf(
  { track }: DraftPhase,
  { bindings }: ProposeInput,
  { name }: KnownService,
  proposal: Omit<Proposal, 'value'>,
): Proposal[] {
  const names = [...(name === undefined ? [] : [name]), ...Object.keys(bindings.services ?? {})]
  const [only, ...others] = names
  const meant = others.length === 0 ? only : names.find((one) => track !== undefined && nameKey(one) === nameKey(track))
  if (meant !== undefined) return [{ ...proposal, value: { rollout: meant } }]
  const confidence = Math.min(proposal.confidence, 0.65)
  return names.length === 0 ? [] : [{ ...proposal, confidence, value: { rollout: names } }]
}

/** Where a phase happens: a phase that moves traffic does so in production. */
export const placeOf = (phase: DraftPhase, ...texts: string[]): Environment | undefined =>
  environmentOf(...texts, phase.target, phase.name) ?? (movesTraffic(phase) ? 'production' : undefined)

/** The clearer a step speaks of traffic, the surer it is the one that moves it. */
const moving: readonly [RegExp, number][] = [
  [/\btraffic\b|\btrafic\b|\btrafego\b|\btrafico\b/, 0.9],
  [/load.?balancer|\bweights?\b|\bsplit\b/, 0.85],
  [/\bcanary\b.*%|%.*\bcanary\b|\b\d{1,3} ?%|gradual|\bramp/, 0.8],
  [/\broute\b|\bshift\b|\broll ?out\b|\bexpand\b|\bincrease\b/, 0.75],
]
const looking = /^(?:monitor|watch|observe|check|verify|validate|review|test|confirm|document|announce|notify)/

function stepThatMoves(
  phase: DraftPhase,
  bound: ReadonlyMap<string, StepBinding>,
): { step?: DraftStep; proposal: Omit<Proposal, 'value'> } {
  const none = { proposal: { confidence: 0, reason: '' } }
  if (!movesTraffic(phase) || [...bound.values()].some((binding) => 'rollout' in binding)) return none
  const scored = phase.steps.map((step) => {
    const text = step.text.toLowerCase()
    const about = [text, ...step.details, ...step.code.map((block) => block.text)].join(' ').toLowerCase()
    const said = looking.test(text) ? undefined : moving.find(([pattern]) => pattern.test(text))
    const hinted = looking.test(text) ? undefined : moving.find(([pattern]) => pattern.test(about))
    if (said) return { step, confidence: said[1], reason: 'it moves the traffic of its phase' }
    if (hinted) return { step, confidence: 0.55, reason: 'what stands below it speaks of traffic' }
    return {
      step,
      confidence: phase.steps.length === 1 ? 0.5 : 0,
      reason: 'the only step of a phase that moves traffic',
    }
  })
  const [best] = scored.sort((a, b) => b.confidence - a.confidence)
  return best && best.confidence > 0 ? { step: best.step, proposal: best } : none
}

function proposalsFor(step: DraftStep, phase: DraftPhase, input: ProposeInput, service: KnownService): Proposal[] {
  const place = placeOf(phase, step.text)
  const owner = groupFor(phase, ['owner', 'lead'], input)
  const watches = /^(?:monitor|watch|observe|final monitoring)/i.test(step.text)
  const isMeasured = movesTraffic(phase) && phase.criteria.some(({ condition }) => condition)
  return [
    ...deployments(step, place, input, service),
    ...matchChecks(step.text, place, input.operator),
    ...matchCommands(step, place, input.operator),
    ...(owner ? [{ value: { confirm: owner.group }, confidence: 0.7, reason: `${owner.name} holds the phase` }] : []),
    ...(watches && isMeasured
      ? [
          {
            value: { covered: 'the criteria and triggers of this phase' },
            confidence: 0.6,
            reason: 'Tidegate watches what is measured',
          },
        ]
      : []),
  ]
}

const deploying = /\b(?:(?:re)?deploy(?:s|ed|ing|ment)?|install|release|ship|publish)\b|d[ée]ploy|implantar|desplegar/i

/** Targets that have the new version. A step that names something else than the service may mean something else. */
function deployments(
  step: DraftStep,
  place: Environment | undefined,
  { operator }: ProposeInput,
  service: KnownService,
): Proposal[] {
  if (!deploying.test(step.text) || looking.test(step.text.toLowerCase())) return []
  const able = deployersOf(operator).filter(
    ({ versions }) => service.candidate !== undefined && versions.includes(service.candidate),
  )
  const said = otherWords(wordsOf(step.text), [
    ...environmentWords,
    ...wordsOf(
      `deploy deployment install release ship publish code build candidate config configuration canary ${service.candidate} ${service.name}`,
    ),
  ])
  return able.map(({ name }): Proposal => {
    const fit = placeFit(environmentOf(name), place)
    const foreign = otherWords(said, wordsOf(name))
    let confidence = able.length === 1 || fit.bonus > 0 ? 0.75 : 0.5
    if (foreign.length > 0) confidence -= 0.2
    const reason = `it deploys${fit.reason}${foreign.length > 0 ? `, and speaks of ${quoteWords(foreign, step.text)}` : ''}`
    return { value: { deploy: name }, confidence: confidence + fit.bonus, reason }
  })
}
