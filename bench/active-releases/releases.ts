/** The releases of the benchmark: the example's own document and plan, each with targets and sources of its own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Operator } from '../../src/core/plan/operator.ts'
import { ladderOf, type Plan } from '../../src/core/plan/plan.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import { readYaml } from '../../src/document/yaml/read-yaml.ts'
import { createMemoryDeployer } from '../../src/drivers/deploy/memory.ts'
import { createPrometheusTextSource } from '../../src/drivers/metrics/prometheus-text.ts'
import { createMemoryRouter } from '../../src/drivers/traffic/memory.ts'
import type { DriverSet } from '../../src/ports/drivers.ts'
import type { NewEvent } from '../../src/ports/event-store.ts'
import { systemClock } from '../../src/runtime/system-clock.ts'
import { preparePlan } from '../../src/server/prepare-plan.ts'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { World } from '../../test/simulation/world.ts'

export const person = 'mara'
export const lookEveryMs = 1_000
export const remindEveryMs = 600_000
const dayMs = 86_400_000

const example = join(import.meta.dirname, '../../examples/classmatefinder')
const text = (name: string): string => readFileSync(join(example, name), 'utf8')
const variables = { NODE: process.execPath, TIDEGATE_PROXY: '/proxy', STATE: '/state' }

export const operator = readOperator()
const document = { path: 'ROLLOUT.md', text: text('ROLLOUT.md') }
const prepared = preparePlan({ document, bindings: { path: 'tidegate.yaml', text: text('tidegate.yaml') } }, operator)
if (!('plan' in prepared)) throw new Error("the example's plan cannot be bound")
const { plan: examplePlan, digest } = prepared

function readOperator(): Operator {
  const { value } = readYaml(text('operator.yaml'), 'operator.yaml', Operator, { variables })
  if (!value) throw new Error("the example's operator.yaml cannot be read")
  return value
}

/** With names of its own, looks every second, signatures that somebody is reminded of, and stages that bake for days. */
export function planOf(number: number): Plan {
  const plan = structuredClone(examplePlan)
  const own = (name: string): string => `${name}-${number}`
  for (const service of plan.services) {
    service.name = own(service.name)
    if (service.mover.kind === 'traffic') service.mover.router = own(service.mover.router)
    if (service.arrivals) service.arrivals.metricSource = own(service.arrivals.metricSource)
  }
  for (const metric of Object.values(plan.metrics)) metric.metricSource = own(metric.metricSource)
  for (const { entry, exit, steps } of plan.phases) {
    for (const step of steps) if (step.kind === 'rollout') step.service = own(step.service)
    for (const gate of [...entry, ...exit])
      if (gate.kind === 'signOff') gate.deadline = { afterMs: 30 * dayMs, remindEveryMs, onMissed: 'hold' }
  }
  for (const { stage } of ladderOf(plan)) stage.bakeMs = 2 * dayMs
  plan.judging.intervalMs = lookEveryMs
  return plan
}

/** Until nothing follows without a person. */
export function waiting(plan: Plan): Recorded[] {
  const world = new World({ signs: false }, plan)
  world.run({ untilMs: 1 })
  return world.log
}

/** Of the requests that a metric counts, those it is about. */
const sharesOf: Record<string, number> = { 'database-errors': 0, 'email-verification': 0.97 }

/** Until the first stage has its users and was looked at. */
export function baking(plan: Plan): Recorded[] {
  const world = new World({ errorRate: (_arm, _nowMs, metricId) => sharesOf[metricId] ?? 0.002 }, plan)
  world.run({ untilMs: 90 * dayMs, until: () => world.events('StageObserved').length > 1 })
  if (world.service.exposure === null || world.service.rollback)
    throw new Error(`no stage was entered: ${world.state.status}`)
  return world.log
}

/** As they were written by this machine; the release is now `aheadMs` older than its last event. */
export function storedEvents(log: readonly Recorded[], aheadMs: number): NewEvent[] {
  const lastMs = log.at(-1)?.elapsedMs ?? 0
  const bootId = systemClock.bootId()
  return log.map(({ event, actor, elapsedMs }) => {
    const agoMs = lastMs - elapsedMs + aheadMs
    const at = new Date(systemClock.wallMs() - agoMs).toISOString()
    const clock = { bootId, monotonicMs: Math.max(0, systemClock.monotonicMs() - agoMs) }
    const kept = event.type === 'ReleaseStarted' ? { ...event, digest, document: document.text } : event
    return { event: kept, actor, at, elapsedMs, clock }
  })
}

/** Pages are read over HTTP; what moves traffic is in memory, and `place` puts it where the releases are. */
export function driversOf(releases: number, port: number): { drivers: DriverSet; place(): Promise<void> } {
  const numbers = Array.from({ length: releases }, (_, number) => number)
  const [service] = examplePlan.services
  if (service?.mover.kind !== 'traffic') throw new Error('the example moves traffic')
  const { router: name } = service.mover
  const router = createMemoryRouter(
    Object.fromEntries(numbers.map((number) => [`${name}-${number}`, [service.baseline, service.candidate]])),
  )
  const pages = createPrometheusTextSource(
    Object.fromEntries(
      numbers.flatMap((number) =>
        ['router', 'service'].map((source) => [
          `${source}-${number}`,
          { driver: 'prometheus-text' as const, urls: [`http://127.0.0.1:${port}/${number}/${source}`] },
        ]),
      ),
    ),
  )
  const deployer = createMemoryDeployer({})
  const drivers: DriverSet = {
    ...noDrivers,
    router: () => router,
    deployer: () => deployer,
    metricSource: () => pages,
  }
  const percent = ladderOf(examplePlan)[0]?.stage.percent ?? 0
  const shares = { [service.baseline]: 100 - percent, [service.candidate]: percent }
  const place = async (): Promise<void> => {
    for (const number of numbers) {
      const context = { signal: AbortSignal.timeout(60_000), timeoutMs: 1_000, effectId: 'bench', fence: 0 }
      await router.setShares(`${name}-${number}`, shares, context)
    }
  }
  return { drivers, place }
}
