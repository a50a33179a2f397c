/** Plans that a seed repeats: small, and over everything that a plan can say. */
import type { Condition } from '../../src/core/plan/condition.ts'
import type { Gate, GateDeadline } from '../../src/core/plan/gate.ts'
import { type Phase, type Plan, type PlanMetric, planSchemaVersion } from '../../src/core/plan/plan.ts'
import type { Service } from '../../src/core/plan/service.ts'
import type {
  Criterion,
  RollbackStep,
  RolloutStep,
  Stage,
  Step,
  StepOf,
  Trigger,
  TriggerAction,
} from '../../src/core/plan/step.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'

/** Time between two looks; everything that a plan waits for is a few of them. */
export const intervalMs = 1_000

const source = { start: 1, end: 1 }
const parameters = {}

/** `ada` writes every plan; `rina` holds both roles, and nobody can steer but the managers. */
export const roles = { Manager: ['ada', 'rina', 'ola'], Lead: ['lena', 'rina', 'ada'], Security: ['sam'] }
const signing = ['Manager', 'Manager', 'Lead', 'Security']

const statement = (id: string) => ({ id, text: id, source })

export function randomPlan(random: Seeded): Plan {
  const services = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3, 4]) }, (_, index) => serviceNamed(random, index))
  const layout = services.length === 1 ? 'single' : random.pick(['train', 'tracks', 'chain', 'interleaved'] as const)
  const phases = [...stagingPhases(random), ...rolloutPhases(random, services, layout)]
  if (random.chance(0.2))
    phases.push(phaseNamed(random, 'after', phases.map(({ id }) => id).slice(-2), otherSteps(random, 'after', 2)))
  return {
    schemaVersion: planSchemaVersion,
    name: 'Random',
    version: 'v2',
    document: 'PLAN.md',
    ...(random.chance(0.9) ? { author: 'ada' } : {}),
    services,
    metrics: metricsOf(random),
    phases,
    reportedTriggers: random.chance(0.2) ? [{ ...statement('reported'), role: 'Manager' }] : [],
    rollback: { deadlineMs: random.pick([8_000, 15_000, 60_000]), steps: rollbackSteps(random) },
    judging: {
      intervalMs,
      stalenessMs: random.pick([2, 3, 5]) * intervalMs,
      sampleWaitMs: random.pick([3, 6]) * intervalMs,
      breachLooks: random.pick([1, 1, 2, 3]),
      clearLooks: random.pick([1, 2]),
    },
    roles,
    asks: 'Manager',
  }
}

function serviceNamed(random: Seeded, index: number): Service {
  const name = `s${index + 1}`
  const isFlag = random.chance(0.3)
  return {
    name,
    mover: isFlag
      ? { kind: 'flag', backend: 'flags', flag: `${name}.new` }
      : { kind: 'traffic', router: `${name}-router` },
    ...(isFlag && random.chance(0.5) ? {} : { deployer: `${name}-production` }),
    candidate: isFlag ? 'on' : 'v2',
    baseline: isFlag ? 'off' : 'v1',
    isFirstRelease: !isFlag && random.chance(0.1),
    arms: { label: 'version', candidate: 'v2', baseline: 'v1' },
    ...(random.chance(0.7) ? { arrivals: { metricSource: 'service', query: { events: 'r', total: 'r' } } } : {}),
  }
}

function metricsOf(random: Seeded): Plan['metrics'] {
  const samples = { minimumSamples: random.pick([50, 200]), triggerSamples: random.pick([10, 50]) }
  const counter = (id: string): PlanMetric => ({
    id,
    name: id,
    metricSource: 'router',
    query: { events: id, total: 'all' },
    ...samples,
  })
  return {
    errors: counter('errors'),
    latency: { ...counter('latency'), query: { histogram: 'h', scaleToMs: 1 } },
    conversion: { ...counter('conversion'), maturesMs: random.pick([1, 2]) * intervalMs },
  }
}

const percentage = (metric: string, comparator: Condition['comparator'], value: number): Condition => ({
  metric,
  comparator,
  value,
  unit: '%',
})
const p95 = (comparator: Condition['comparator'], value: number): Condition => ({
  metric: 'latency',
  comparator,
  value,
  unit: 'ms',
  percentile: 95,
})

/** What passes a stage and what ends it, by metric; between the two lies the band in which a person is asked. */
const thresholds: Record<string, { passes: Condition; breaches: Condition }> = {
  errors: { passes: percentage('errors', '<', 1), breaches: percentage('errors', '>', 5) },
  latency: { passes: p95('<', 500), breaches: p95('>', 1_000) },
  conversion: { passes: percentage('conversion', '>=', 10), breaches: percentage('conversion', '<', 5) },
}
const metricIds = Object.keys(thresholds)

const conditionOf = (metricId: string, kind: 'passes' | 'breaches'): Condition => {
  const found = thresholds[metricId]
  if (!found) throw new Error(`no thresholds for ${metricId}`)
  return found[kind]
}

function criterion(stageId: string, metricId: string): Criterion {
  return { ...statement(`${stageId}/${metricId}`), metricId, condition: conditionOf(metricId, 'passes') }
}

function trigger(random: Seeded, service: string, metricId: string): Trigger {
  return {
    ...statement(`${service}/trigger-${metricId}`),
    metricId,
    condition: conditionOf(metricId, 'breaches'),
    windowMs: random.pick([1, 2, 4]) * intervalMs,
    action: actionOf(random),
  }
}

function actionOf(random: Seeded): TriggerAction {
  if (random.chance(0.6)) return { kind: 'rollback' }
  const kind = random.pick(['halt', 'pause', 'notify', 'command'] as const)
  return kind === 'command' ? { kind, command: 'scale', parameters } : { kind }
}

/** Some of a list, in its order, at most `most`. */
function some<T>(random: Seeded, list: readonly T[], most: number): T[] {
  const wanted = random.int(most + 1)
  return list.filter((_, index) => random.chance(wanted / (list.length - index || 1))).slice(0, most)
}

function stagesOf(random: Seeded, service: string, percents: readonly number[]): Stage[] {
  const triggers = some(random, metricIds, 2).map((metricId) => trigger(random, service, metricId))
  return percents
    .map((percent) => {
      const id = `${service}/stage-${percent}`
      return {
        ...statement(id),
        text: undefined,
        name: `${percent} %`,
        percent,
        ...(random.chance(0.1) ? { cohort: 'internal' } : {}),
        after: [],
        bakeMs: random.int(4) * intervalMs,
        criteria: some(random, metricIds, 2).map((metricId) => criterion(id, metricId)),
        triggers: random.chance(0.9) ? triggers : [],
      }
    })
    .map(({ text: _, ...stage }) => stage)
}

const rollout = (
  random: Seeded,
  service: string,
  percents: readonly number[],
  more: Partial<RolloutStep> = {},
): RolloutStep => ({
  ...statement(`${service}/rollout-${percents[0]}`),
  kind: 'rollout',
  service,
  stages: stagesOf(random, service, percents),
  ...more,
})

/** Rising shares; the last is everybody, most of the time. */
function ladder(random: Seeded): number[] {
  const low = some(random, [1, 5, 10, 25], 2)
  const rising = random.chance(0.5) ? [...low, 50] : low
  return random.chance(0.9) || rising.length === 0 ? [...rising, 100] : rising
}

function rolloutPhases(
  random: Seeded,
  services: readonly Service[],
  layout: 'single' | 'train' | 'tracks' | 'chain' | 'interleaved',
): Phase[] {
  const names = services.map(({ name }) => name)
  const first = random.chance(0.4) ? ['staging'] : []
  if (layout === 'tracks') return names.map((name) => ladderPhase(random, name, first, [name], { track: name }))
  if (layout === 'chain')
    return names.map((name, index) => ladderPhase(random, name, index === 0 ? first : [names[index - 1] ?? ''], [name]))
  if (layout === 'interleaved') return [interleavedPhase(random, names)]
  if (layout === 'train' || random.chance(0.5)) return [ladderPhase(random, 'all', first, names)]
  return twoPhases(random, names[0] ?? '')
}

/** A canary in one phase and the rest in the next one: one ladder over two steps. */
function twoPhases(random: Seeded, service: string): Phase[] {
  return [
    phaseNamed(random, 'canary', [], [rollout(random, service, [5])]),
    phaseNamed(random, 'full', ['canary'], [rollout(random, service, [50, 100])]),
  ]
}

function ladderPhase(
  random: Seeded,
  id: string,
  dependsOn: string[],
  services: readonly string[],
  more: Partial<Phase> = {},
): Phase {
  const steps = services.flatMap((service): Step[] => [
    ...otherSteps(random, `${id}-${service}`, 1),
    rollout(random, service, ladder(random)),
  ])
  return phaseNamed(random, id, dependsOn, [...steps, ...otherSteps(random, `${id}-end`, 1)], more)
}

/** Every ladder at the same time, with stages that wait for the first service's. */
function interleavedPhase(random: Seeded, names: readonly string[]): Phase {
  const steps = names.map((name) => rollout(random, name, ladder(random), { after: [] }))
  const lead = steps[0]?.stages[0]?.id ?? ''
  const edged = steps.map((step, index) => {
    if (index === 0 || random.chance(0.3)) return step
    return { ...step, stages: step.stages.map((stage, rank) => (rank === 0 ? { ...stage, after: [lead] } : stage)) }
  })
  return phaseNamed(random, 'all', [], edged)
}

function stagingPhases(random: Seeded): Phase[] {
  const deploy: StepOf<'deploy'> = { ...statement('staging/deploy'), kind: 'deploy', target: 'staging', version: 'v2' }
  return [
    phaseNamed(random, 'staging', [], [...(random.chance(0.5) ? [deploy] : []), ...otherSteps(random, 'staging', 2)]),
  ]
}

function phaseNamed(random: Seeded, id: string, dependsOn: string[], steps: Step[], more: Partial<Phase> = {}): Phase {
  return {
    id,
    name: id,
    source,
    contributors: [],
    tickets: [],
    startOffsetMs: random.chance(0.15) ? random.pick([2, 10]) * intervalMs : 0,
    dependsOn,
    entry: gatesOf(random, `${id}/entry`),
    steps,
    exit: gatesOf(random, `${id}/exit`),
    ...more,
  }
}

const gateKinds = ['signOff', 'signOff', 'check', 'check', 'streak', 'goNoGo', 'dependency', 'webhook'] as const

function gatesOf(random: Seeded, place: string): Gate[] {
  return Array.from({ length: random.pick([0, 0, 0, 1, 1, 2]) }, (_, index) => gate(random, `${place}-${index}`))
}

function gate(random: Seeded, id: string): Gate {
  const kind = random.pick(gateKinds)
  const base = { ...statement(id), ...(random.chance(0.4) ? { deadline: deadline(random) } : {}) }
  const age = random.chance(0.5) ? { maximumAgeMs: random.pick([3, 20]) * intervalMs } : {}
  const role = random.pick(signing)
  switch (kind) {
    case 'signOff':
      return { ...base, kind, role, count: role === 'Security' ? 1 : random.pick([1, 1, 2]) }
    case 'goNoGo':
      return { ...base, kind, role, quorum: 1 }
    case 'dependency':
      return { ...base, kind, role }
    case 'check':
      return { ...base, ...age, kind, check: id }
    case 'streak':
      return { ...base, ...age, kind, check: id, runs: random.pick([2, 3]), everyMs: random.pick([1, 2]) * intervalMs }
    case 'webhook':
      return { ...base, ...age, kind, hook: 'hook' }
  }
}

function deadline(random: Seeded): GateDeadline {
  return {
    afterMs: random.pick([5, 20]) * intervalMs,
    ...(random.chance(0.5) ? { remindEveryMs: 3 * intervalMs } : {}),
    ...(random.chance(0.3) ? { escalateTo: 'Security' } : {}),
    onMissed: random.pick(['hold', 'abort'] as const),
  }
}

const stepKinds = ['deploy', 'check', 'command', 'confirm', 'migrate', 'setFlag', 'drill', 'notify', 'wait'] as const

function otherSteps(random: Seeded, place: string, most: number): Step[] {
  return Array.from({ length: random.int(most + 1) }, (_, index) => otherStep(random, `${place}/step-${index}`))
}

function otherStep(random: Seeded, id: string): Step {
  const kind = random.pick(stepKinds)
  const base = statement(id)
  switch (kind) {
    case 'deploy':
      return { ...base, kind, target: random.pick(['staging', 's1-production']), version: 'v2' }
    case 'check':
      return { ...base, kind, check: id }
    case 'command':
      return { ...base, kind, command: 'warm-up', parameters }
    case 'confirm':
      return { ...base, kind, role: random.pick(signing) }
    case 'migrate':
      return { ...base, kind, ...migration(random) }
    case 'setFlag':
      return { ...base, kind, backend: 'flags', flag: 'extra', percent: random.pick([0, 50, 100]) }
    case 'drill':
      return { ...base, kind, backend: 'flags', flag: 'rollback.toggle' }
    case 'notify':
      return { ...base, kind, audience: ['Lead'] }
    case 'wait':
      return { ...base, kind, waitMs: random.int(4) * intervalMs }
  }
}

function migration(random: Seeded): Omit<StepOf<'migrate'>, 'id' | 'text' | 'source' | 'kind' | 'after'> {
  const call = (command: string) => ({ command, parameters })
  return {
    ...(random.chance(0.6) ? { backup: call('backup'), verifyBackup: call('verify-backup') } : {}),
    ...(random.chance(0.5) ? { dryRun: call('dry-run') } : {}),
    apply: call('apply'),
    ...(random.chance(0.6) ? { verify: call('verify') } : {}),
    ...(random.chance(0.5) ? { revert: call('revert') } : {}),
  }
}

function rollbackSteps(random: Seeded): RollbackStep[] {
  const all: RollbackStep[] = [
    { ...statement('back/command'), kind: 'command', command: 'purge', parameters },
    { ...statement('back/check'), kind: 'check', check: 'after-rollback' },
    { ...statement('back/flag'), kind: 'setFlag', backend: 'flags', flag: 'fallback', percent: 100 },
  ]
  return random.chance(0.3) ? some(random, all, 2) : []
}
