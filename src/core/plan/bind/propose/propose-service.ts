/** The service that moves: its router, its deployer, its two versions, the label that tells them apart, and who counts what arrives. */
import type { Operator } from '../../operator.ts'
import { nameKey, slugOf } from '../names.ts'
import type { Candidate } from './metric-candidates.ts'
import { boundFinding, chosen, type Finding, type Proposal, type ProposeInput, settle } from './proposal.ts'
import { environmentOf, environmentWords, otherWords, quoteWords, sharedWords, wordsOf } from './words.ts'

type Fill = NonNullable<Finding['fill']>
type Service = NonNullable<ProposeInput['bindings']['service']>

/** One finding a key of `service`; all of them are needed to start. Services that are bound under `services` are whole. */
export function proposeService(input: ProposeInput, candidates: readonly Candidate[]): Finding[] {
  const { operator, bindings, draft } = input
  const several = Object.entries(bindings.services ?? {})
  if (several.length > 0 && bindings.service === undefined)
    return several.map(([name, value]) =>
      boundFinding({ section: 'service', path: ['services', name], says: 'a service that moves' }, value),
    )
  const service: Service = bindings.service ?? {}
  const routers = Object.entries(operator.targets).flatMap(([name, target]) =>
    'backends' in target ? [{ name, versions: Object.keys(target.backends) }] : [],
  )
  const deployers = deployersOf(operator)
  const said = wordsOf(draft.title, ...draft.phases.map(({ name }) => name))
  const router = key(
    service,
    'router',
    'what moves its traffic',
    pickTarget(routers, said, 'the only router that the operator lends'),
    list(routers.map(({ name }) => name)),
  )
  const served = routers.find(({ name }) => name === chosen(router))?.versions ?? []
  const candidate = key(service, 'candidate', 'its new version', candidateVersions(input, served), list(served))
  const baseline = key(
    service,
    'baseline',
    'its version that runs today',
    baselineVersions(served, chosen(candidate)),
    list(served),
  )
  const versions = [chosen<string>(candidate), chosen<string>(baseline)].filter((version) => version !== undefined)
  const able = deployers.filter((deployer) => versions.every((version) => deployer.versions.includes(version)))
  const deployer = key(
    service,
    'deployer',
    'where it runs',
    pickTarget(able, said, 'the only one that has these versions'),
    list(able.map(({ name }) => name)),
  )
  const name = key(service, 'name', 'the service that moves', serviceNames(chosen(deployer), draft.title), {
    value: '…',
    hint: 'a short name',
  })
  const arms = key(service, 'arms', 'the label that tells its versions apart', armLabels(candidates, versions), {
    value: { label: '…' },
    hint: 'a label of its metrics whose values are the two versions',
  })
  const label = chosen<{ label: string }>(arms)?.label
  const arrivals = key(
    service,
    'arrivals',
    'who counts the requests that reach it',
    arrivalCounters(candidates, input, label),
    {
      value: { source: '…', total: '…' },
      hint: 'a metric source, and a counter of the service itself',
    },
  )
  return [
    name,
    candidate,
    ...(service.firstRelease ? [] : [baseline]),
    ...(service.flag === undefined ? [router, deployer] : []),
    arms,
    arrivals,
  ]
}

export const deployersOf = ({ targets }: Operator): { name: string; versions: string[] }[] =>
  Object.entries(targets).flatMap(([name, target]) =>
    'versions' in target ? [{ name, versions: Object.keys(target.versions) }] : [],
  )

const list = (names: readonly string[]): Fill => ({
  value: '…',
  hint: names.length > 0 ? `one of: ${names.join(', ')}` : 'nothing that the operator lends fits yet',
})

function key(service: Service, name: keyof Service, says: string, proposals: Proposal[], fill: Fill): Finding {
  const subject = { section: 'service' as const, path: ['service', name], says, fill }
  return service[name] === undefined ? settle(subject, proposals) : boundFinding(subject, service[name])
}

/** The only one, or the one whose name says production, or shares words with the plan. */
function pickTarget(targets: readonly { name: string }[], said: readonly string[], only: string): Proposal[] {
  const scored = targets.map(({ name }) => {
    const shared = sharedWords(wordsOf(name), said).length
    return {
      name,
      score: (environmentOf(name) === 'production' ? 2 : environmentOf(name) === 'staging' ? -2 : 0) + shared,
    }
  })
  const best = Math.max(...scored.map(({ score }) => score))
  const isClear = scored.filter(({ score }) => score === best).length === 1
  return scored.map(({ name, score }): Proposal => {
    if (targets.length === 1) return { value: name, confidence: 0.9, reason: only }
    if (score === best && isClear)
      return { value: name, confidence: 0.8, reason: 'the one in production, or that the plan names' }
    return { value: name, confidence: 0.5, reason: 'one of several' }
  })
}

function candidateVersions({ draft }: ProposeInput, served: readonly string[]): Proposal[] {
  const stated = [
    ...draft.metadata.filter(({ label }) => nameKey(label).includes('version')).map(({ value }) => value),
    draft.title,
  ]
  const named = served.filter((version) => stated.some((text) => saysVersion(text, version)))
  const [only] = named
  if (only !== undefined && named.length === 1)
    return [{ value: only, confidence: 0.9, reason: 'the version that the plan names' }]
  const newest = [...served].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return newest.map((value, index) => ({
    value,
    confidence: index === 0 && served.length === 2 ? 0.7 : 0.5,
    reason: index === 0 ? 'the newest by its number of those that the router knows' : 'the router knows it',
  }))
}

/** "v0.1.0" and "0.1.0" are one version, and "0.1.0" is not in "10.1.0". */
function saysVersion(text: string, version: string): boolean {
  const bare = version.replace(/^v(?=\d)/i, '').toLowerCase()
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}.+-]+/u)
    .some((word) => word.replace(/^v(?=\d)/, '').replace(/[.]+$/, '') === bare)
}

function baselineVersions(served: readonly string[], candidate: string | undefined): Proposal[] {
  const others = served.filter((version) => version !== candidate)
  const confidence = candidate !== undefined && others.length === 1 ? 0.85 : 0.5
  const reason = others.length === 1 ? 'the other version that the router knows' : 'the router knows it'
  return others.map((value) => ({ value, confidence, reason }))
}

function serviceNames(deployer: string | undefined, title: string): Proposal[] {
  const words = (deployer ?? '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => environmentOf(word) === undefined && word !== '')
  if (words.length > 0) return [{ value: words.join('-'), confidence: 0.8, reason: `what ${deployer} is called` }]
  return [{ value: slugOf(title), confidence: 0.5, reason: "the plan's title" }]
}

const versionLabel = /^(?:app_?)?(?:version|release|revision|track|variant|deployment|color|colour)$/i

/** Labels of which the values hold both versions; one version may not run yet. */
function armLabels(candidates: readonly Candidate[], versions: readonly string[]): Proposal[] {
  const seen = new Map<string, Set<string>>()
  for (const { labels } of candidates) {
    for (const [label, values] of Object.entries(labels)) {
      const known = seen.get(label) ?? new Set()
      for (const value of values) if (versions.includes(value)) known.add(value)
      seen.set(label, known)
    }
  }
  return [...seen].flatMap(([label, known]): Proposal[] => {
    if (known.size === 0) return []
    const all = known.size === versions.length && versions.length === 2
    const confidence = all ? 0.9 : versionLabel.test(label) ? 0.75 : 0.5
    const reason = `its values ${all ? 'are both versions' : `hold ${[...known].join(', ')}`}`
    return [{ value: { label }, confidence: versionLabel.test(label) ? confidence : confidence - 0.05, reason }]
  })
}

function arrivalCounters(
  candidates: readonly Candidate[],
  { offers }: ProposeInput,
  arm: string | undefined,
): Proposal[] {
  const atRouter = new Set(candidates.filter((candidate) => candidate.atRouter).map(({ family }) => family))
  const arriving = wordsOf('received receive arrived arrivals incoming')
  const asking = wordsOf('requests request')
  return Object.entries(offers).flatMap(([source, families]) =>
    families.flatMap(({ name, help, type, labels }): Proposal[] => {
      const words = wordsOf(name, help)
      if (type !== 'counter' || sharedWords(asking, wordsOf(name)).length === 0) return []
      const arrives = sharedWords(words, arriving)
      let confidence = arrives.length > 0 ? 0.9 : 0.7
      const reasons = [arrives.length > 0 ? `says ${quoteWords(arrives, `${name} ${help}`)}` : 'counts requests']
      const special = otherWords(wordsOf(name), [
        ...asking,
        ...arriving,
        ...environmentWords,
        ...wordsOf('http grpc server total api'),
      ])
      confidence -= 0.1 * Math.min(2, special.length)
      if (atRouter.has(name)) {
        confidence = 0.45
        reasons.push('counted at the router, so it cannot show what really arrives')
      }
      if (arm !== undefined && Object.keys(labels).length > 0 && labels[arm] === undefined) {
        confidence -= 0.4
        reasons.push(`without the label ${arm}`)
      }
      return [{ value: { source, total: name }, confidence, reason: reasons.join(', ') }]
    }),
  )
}
