/** Plans that a seed repeats: small, and over everything that a plan can say. */
import { type Phase, type Plan, type PlanMetric, planSchemaVersion } from '../../src/core/plan/plan.ts'
import type { Service } from '../../src/core/plan/service.ts'
import type { Step, StepOf } from '../../src/core/plan/step.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { gatesOf } from './random-gates.ts'
import { ladder, rollout, triggersOf } from './random-ladder.ts'
import { intervalMs, roles, source, statement } from './random-statement.ts'
import { otherSteps, rollbackSteps } from './random-steps.ts'

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
  if (layout === 'train' || random.chance(0.4)) return [ladderPhase(random, 'all', first, names)]
  return twoPhases(random, names[0] ?? '')
}

/** A canary in one phase and the rest in the next one: one ladder over two steps. */
function twoPhases(random: Seeded, service: string): Phase[] {
  const triggers = triggersOf(random, service)
  return [
    phaseNamed(random, 'canary', [], [rollout(random, service, [5], {}, triggers)]),
    phaseNamed(random, 'full', ['canary'], [rollout(random, service, [50, 100], {}, triggers)]),
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
    ...(random.chance(0.3) ? [deployment(service)] : []),
    ...otherSteps(random, `${id}-${service}`, 1),
    rollout(random, service, ladder(random)),
  ])
  return phaseNamed(random, id, dependsOn, [...steps, ...otherSteps(random, `${id}-end`, 1)], more)
}

const deployment = (service: string): StepOf<'deploy'> => ({
  ...statement(`${service}/deploy`),
  kind: 'deploy',
  target: `${service}-production`,
  version: 'v2',
})

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
