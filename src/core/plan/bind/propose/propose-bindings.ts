/** Everything that `tidegate.yaml` has to say about a plan: what is bound, what could be, and what is left to a person. */
import { candidatesFrom } from './metric-candidates.ts'
import { boundFinding, chosen, type Finding, type ProposeInput, settle } from './proposal.ts'
import { proposeFlags } from './propose-flags.ts'
import { proposeMetrics } from './propose-metrics.ts'
import { proposePeople } from './propose-people.ts'
import { proposeRollback } from './propose-rollback.ts'
import { proposeService } from './propose-service.ts'
import { proposeChecklists, proposeCriteria, proposeDependencies, proposeTriggers } from './propose-statements.ts'
import { proposeSteps } from './propose-steps.ts'

/** In the order of the file. The same input gives the same findings. */
export function proposeBindings(input: ProposeInput): Finding[] {
  const candidates = candidatesFrom(input.offers, input.operator)
  const service = proposeService(input, candidates)
  const known = <T>(key: string): T | undefined => {
    const finding = service.find(({ path }) => path[1] === key)
    return finding && chosen<T>(finding)
  }
  const people = proposePeople(input)
  const asked = people.find(({ path }) => path[0] === 'asks')
  const asks = asked && chosen<string>(asked)
  const metrics = proposeMetrics(input, candidates, known<{ label: string }>('arms')?.label)
  const ground = { metrics, asks }
  return [
    plan(input),
    ...service,
    ...metrics,
    ...proposeSteps(input, { name: known('name'), candidate: known('candidate'), deployer: known('deployer') }, asks),
    ...proposeCriteria(input, ground),
    ...proposeTriggers(input, ground),
    ...proposeChecklists(input, ground),
    ...proposeDependencies(input, ground),
    ...proposeFlags(input),
    ...people,
    ...proposeRollback(input, known('deployer')),
  ]
}

function plan({ bindings, plan }: ProposeInput): Finding {
  const subject = { section: 'plan' as const, path: ['plan'], says: 'the document' }
  if (bindings.plan !== undefined) return boundFinding(subject, bindings.plan)
  return settle(subject, [{ value: plan, confidence: 1, reason: 'the document given' }])
}
