/** What is found before a release starts, on drivers in memory. */
import { describe, expect, it } from 'vitest'
import { effectContext } from '../../test/contract/driver-context.ts'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { plan as trafficPlan } from '../../test/fixtures/plan.ts'
import { Plan } from '../core/plan/plan.ts'
import type { Step } from '../core/plan/step.ts'
import { createMemoryFlagBackend } from '../drivers/flags/memory.ts'
import { createStandardWebhookVerifier } from '../drivers/hooks/standard-webhook.ts'
import { createMemoryRouter } from '../drivers/traffic/memory.ts'
import type { DriverSet, FlagBackend } from '../ports/drivers.ts'
import { preflight } from './preflight.ts'

const driversWith = (backend: FlagBackend): DriverSet => ({
  ...noDrivers,
  flagBackend: (name) => (name === 'team' ? backend : undefined),
})

const source = { start: 1, end: 1 }
const setFlag = (flag: string, percent: number, backend = 'team'): Step => ({
  id: `step/${flag}-${percent}`,
  text: flag,
  source,
  kind: 'setFlag',
  backend,
  flag,
  percent,
})
const drill = (flag: string): Step => ({
  id: `drill/${flag}`,
  text: flag,
  source,
  kind: 'drill',
  backend: 'team',
  flag,
})

/** A service that is moved by the flag `basket` to 10, 50 and 100 %, and these steps before it. */
const planWith = (...steps: Step[]): Plan =>
  Plan.parse({
    ...trafficPlan,
    services: [
      {
        name: 'backend',
        mover: { kind: 'flag', backend: 'team', flag: 'basket' },
        candidate: 'on',
        baseline: 'off',
        arms: { label: 'version', candidate: 'on', baseline: 'off' },
      },
    ],
    phases: trafficPlan.phases.map((phase) => ({
      ...phase,
      steps: [
        ...(phase.id === 'staging' ? steps : []),
        ...phase.steps.flatMap((step) =>
          step.kind === 'rollout'
            ? [{ ...step, stages: step.stages.map((stage) => ({ ...stage, criteria: [], triggers: [] })) }]
            : [],
        ),
      ],
    })),
  })
const found = async (plan: Plan, backend: FlagBackend) =>
  (await preflight(plan, driversWith(backend))).map(({ ruleId, message }) => `${ruleId} ${message}`)

describe('preflight of flags', () => {
  it('finds nothing where every flag is there and off', async () => {
    const backend = createMemoryFlagBackend({ team: ['basket', 'search'] })
    expect(await found(planWith(setFlag('search', 33.33), drill('search')), backend)).toEqual([])
  })

  it('finds a flag that already moves users', async () => {
    const backend = createMemoryFlagBackend({ team: ['basket'] })
    await backend.setFlag('team', 'basket', { percent: 5 }, effectContext())
    expect(await found(planWith(), backend)).toEqual(['TRAFFIC_NOT_AT_BASELINE basket is not off (5 %)'])
  })

  it('finds backends nobody serves, flags that are not there, each once, and shares nobody can set', async () => {
    const backend = createMemoryFlagBackend({ team: ['basket'] })
    const steps = [setFlag('search', 0.005), setFlag('search', 10), drill('search'), setFlag('basket', 10, 'teem')]
    expect(await found(planWith(...steps), backend)).toEqual([
      'FLAG_NOT_READY flag search: there is no flag "search"; there are: basket',
      'SHARE_TOO_FINE flag search: team sets steps of 0.01 %, not 0.005 %',
      'FLAG_BACKEND_NOT_READY flag backend teem: no driver serves it',
    ])
  })

  it('finds a backend that does not answer', async () => {
    expect(await found(planWith(), createMemoryFlagBackend({ other: [] }))).toEqual([
      'FLAG_BACKEND_NOT_READY flag backend team: there is no flag backend "team"; there are: other',
    ])
  })
})

describe('preflight of hooks', () => {
  const withHook = (hook: string): Plan => {
    const plan = planWith()
    const gate = { id: `gate/${hook}`, text: hook, source, kind: 'webhook' as const, hook }
    return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, exit: [gate] })) }
  }
  const verifier = createStandardWebhookVerifier(
    { qa: { secret: { env: 'TIDEGATE_TEST_NO_SUCH_SECRET' } } },
    { folder: '/' },
  )

  it('finds a hook that nobody listens for and one without a secret, each once', async () => {
    const backend = createMemoryFlagBackend({ team: ['basket'] })
    expect(await found(withHook('qa'), backend)).toEqual([
      'HOOK_NOT_READY hook qa: nobody listens for it; the operator needs `hooks` and `inbound`',
    ])
    const drivers = { ...driversWith(backend), hookVerifier: () => verifier }
    expect((await preflight(withHook('qa'), drivers)).map(({ message }) => message)).toEqual([
      'hook qa: the environment variable TIDEGATE_TEST_NO_SUCH_SECRET is not set',
    ])
  })
})

describe('preflight of cohorts', () => {
  const withCohort = (plan: Plan, cohort: string): Plan => ({
    ...plan,
    phases: plan.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) =>
        step.kind === 'rollout' ? { ...step, stages: step.stages.map((stage) => ({ ...stage, cohort })) } : step,
      ),
    })),
  })
  const unknown = async (plan: Plan, drivers: DriverSet) =>
    (await preflight(plan, drivers)).filter(({ ruleId }) => ruleId === 'UNKNOWN_COHORT')
  const drivers = {
    ...driversWith(createMemoryFlagBackend({ team: ['basket'] })),
    router: () => createMemoryRouter({ proxy: ['v1', 'v2'] }, { proxy: ['staff'] }),
  }

  it('finds one that the router does not know, once', async () => {
    expect(await unknown(withCohort(trafficPlan, 'staff'), drivers)).toEqual([])
    expect(await unknown(withCohort(trafficPlan, 'staf'), drivers)).toMatchObject([
      { message: 'cohort staf of backend cannot be told apart', hint: 'proxy knows: staff' },
    ])
  })

  it('finds one that the backend of a flag does not know', async () => {
    expect(await unknown(withCohort(planWith(), 'staff'), drivers)).toMatchObject([{ hint: 'team knows: none' }])
    const knowing = driversWith(createMemoryFlagBackend({ team: ['basket'] }, { team: ['staff'] }))
    expect(await unknown(withCohort(planWith(), 'staff'), knowing)).toEqual([])
  })
})
