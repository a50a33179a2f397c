import { describe, expect, it } from 'vitest'
import { Bindings } from '../bindings.ts'
import { emptyDraft, type PlanDraft } from '../draft.ts'
import { Operator } from '../operator.ts'
import { bindPlan } from './bind-plan.ts'

const at = (line: number) => ({ source: { start: line, end: line }, rule: 'test' })
const day = 86_400_000
const errorRate = (comparator: '<' | '>', value: number) => ({ metric: 'Error rate', comparator, value, unit: '%' })

const draft: PlanDraft = {
  ...emptyDraft('plan.md', 'Plan'),
  phases: [
    {
      ...at(10),
      name: 'Phase 1: Canary',
      ordinal: '1',
      percent: 10,
      timing: { ...at(11), text: 'Day 3', startOffsetMs: 2 * day, durationMs: [day, day] },
      steps: [{ ...at(12), text: 'Route traffic', details: [], code: [] }],
      stages: [],
      entryCriteria: [],
      criteria: [
        { ...at(13), text: 'Error rate < 1%', condition: errorRate('<', 1), form: 'numeric', claimed: true },
        { ...at(14), text: 'Users are happy', form: 'words', claimed: true },
      ],
      triggers: [
        { ...at(15), text: 'Error rate > 5%', condition: errorRate('>', 5), action: 'rollBack' },
        { ...at(16), text: 'Any incident', action: 'rollBack' },
      ],
    },
    {
      ...at(20),
      name: 'Phase 2: All',
      ordinal: '2',
      steps: [{ ...at(21), text: 'Raise', details: [], code: [] }],
      stages: [
        { ...at(22), name: 'Day 4', percent: 50, timing: { ...at(22), text: 'Day 4', durationMs: [day, day] } },
        { ...at(23), name: 'Day 5', percent: 100 },
      ],
      entryCriteria: [],
      criteria: [{ ...at(24), text: 'All metrics stable', form: 'words', claimed: false }],
      triggers: [],
    },
  ],
  checklists: [{ ...at(5), title: 'Prerequisites', items: [{ ...at(6), text: 'Backups', claimed: true }] }],
  approvals: [{ ...at(30), text: 'APPROVED' }],
}

const operator = Operator.parse({
  people: {
    rina: { name: 'Rina', groups: ['Release Manager'] },
    tom: { name: 'Tom', groups: ['Release Manager', 'Development'] },
  },
  targets: {
    proxy: {
      driver: 'embedded-proxy',
      admin: 'http://127.0.0.1:1',
      backends: { v1: 'http://127.0.0.1:2', v2: 'http://127.0.0.1:3' },
    },
    production: { driver: 'process', mode: 'beside', versions: { v1: process('v1'), v2: process('v2') } },
  },
  metricSources: { router: { driver: 'prometheus-text', urls: ['http://127.0.0.1:1/metrics'] } },
})

function process(version: string) {
  return { argv: ['/usr/bin/env', version], ready: 'http://127.0.0.1:2/health' }
}

const bindings = {
  plan: 'plan.md',
  author: 'tom',
  service: {
    name: 'backend',
    candidate: 'v2',
    baseline: 'v1',
    router: 'proxy',
    deployer: 'production',
    arms: { label: 'version' },
    arrivals: { source: 'router', total: 'requests' },
  },
  metrics: { errors: { says: ['error rate'], source: 'router', events: 'errors', total: 'requests' } },
  phases: {
    'phase-1': { steps: { 'route traffic': { rollout: 'backend' } } },
    'phase-2': { steps: { raise: { rollout: 'backend' } } },
  },
  criteria: { 'All metrics stable': { sameAs: 'phase-1' } },
  asks: 'Release Manager',
  rollback: { deadline: '10m' },
}

/** Stands in for the YAML reader: the file is named after the path. */
const locate = (path: readonly string[]) => ({ file: path.join('.'), start: 1, end: 1 })

const bind = (change: Record<string, unknown> = {}) =>
  bindPlan({ draft, bindings: Bindings.parse({ ...bindings, ...change }), locate, operator })
const errors = (change: Record<string, unknown>) =>
  bind(change).diagnostics.filter(({ severity }) => severity === 'error')

describe('bindPlan', () => {
  it('gives the ladder with its criteria, bake times and start', () => {
    const { plan } = bind()
    const stages = plan?.phases.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'rollout' ? step.stages : [])),
    )
    expect(stages?.map(({ percent, bakeMs }) => [percent, bakeMs])).toEqual([
      [10, day],
      [50, day],
      [100, 0],
    ])
    expect(stages?.map(({ criteria }) => criteria.map(({ text }) => text))).toEqual([
      ['Error rate < 1%'],
      ['Error rate < 1% (All metrics stable)'],
      ['Error rate < 1% (All metrics stable)'],
    ])
    expect(plan?.phases[0]?.startOffsetMs).toBe(2 * day)
  })

  it('is judged sequentially unless the bindings ask for plain thresholds', () => {
    const byDefault = { rollbackAlpha: 0.01, promotionAlpha: 0.05 }
    expect(bind().plan?.judging.sequential).toEqual(byDefault)
    expect(bind({ judging: { interval: '2s' } }).plan?.judging.sequential).toEqual(byDefault)
    const days = bind({ judging: { sequential: { falseAlarmEvery: '30d' }, onMissing: 'rollback' } }).plan?.judging
    expect(days).toMatchObject({ sequential: { falseAlarmEveryMs: 30 * day }, onMissing: 'rollback' })
    const strict = { sequential: { rollbackAlpha: 0.001, margin: 1.5 } }
    expect(bind({ judging: strict }).plan?.judging.sequential).toEqual({
      rollbackAlpha: 0.001,
      promotionAlpha: 0.05,
      margin: 1.5,
    })
    expect(bind({ judging: { sequential: false } }).plan?.judging).not.toHaveProperty('sequential')
    const errors = { ...bindings.metrics.errors, noise: { lasts: '1m', cv: 0.3 } }
    expect(bind({ metrics: { errors } }).plan?.metrics.errors?.noise).toEqual({ spanMs: 60_000, mostCv: 0.3 })
  })

  it('warns where a statement against the baseline meets a stage of 100 %, once', () => {
    const [canary, ...rest] = draft.phases
    const condition = { metric: 'Error rate', comparator: '<' as const, value: 2, unit: 'x baseline' }
    const relative = {
      ...at(13),
      text: 'Error rate < 2x baseline',
      condition,
      form: 'numeric' as const,
      claimed: false,
    }
    const phases = [{ ...canary, criteria: [relative] } as (typeof draft.phases)[number], ...rest]
    const bound = bindPlan({ draft: { ...draft, phases }, bindings: Bindings.parse(bindings), locate, operator })
    const warnings = bound.diagnostics.filter(({ ruleId }) => ruleId === 'NOTHING_TO_COMPARE')
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/at Day 5: 100 %: nothing is left to compare with, so Release Manager will be asked/),
    ])
    expect(bind().diagnostics.map(({ ruleId }) => ruleId)).not.toContain('NOTHING_TO_COMPARE')
  })

  it('keeps triggers armed in every later stage', () => {
    const { plan } = bind()
    const last = plan?.phases[1]?.steps[0]
    expect(last?.kind === 'rollout' && last.stages.map(({ triggers }) => triggers.map(({ text }) => text))).toEqual([
      ['Error rate > 5%'],
      ['Error rate > 5%'],
    ])
  })

  it('arms the triggers of the whole rollout from the first stage on, with what each does', () => {
    const whole: PlanDraft = {
      ...draft,
      triggers: [
        { ...at(2), text: 'Error rate > 9%', condition: errorRate('>', 9), action: 'rollBack' },
        { ...at(3), text: 'Error rate > 3%', condition: errorRate('>', 3), action: 'notify' },
      ],
    }
    const { plan, diagnostics } = bindPlan({ draft: whole, bindings: Bindings.parse(bindings), locate, operator })
    const first = plan?.phases[0]?.steps[0]
    const triggers = first?.kind === 'rollout' ? first.stages[0]?.triggers : []
    expect(triggers?.map(({ text, action }) => [text, action.kind])).toEqual([
      ['Error rate > 9%', 'rollback'],
      ['Error rate > 3%', 'notify'],
      ['Error rate > 5%', 'rollback'],
    ])
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('turns what nothing measures into the word of a person, and ticks into nothing', () => {
    const { plan, diagnostics } = bind()
    expect(plan?.phases[0]?.exit).toMatchObject([{ kind: 'signOff', text: 'Users are happy', role: 'Release Manager' }])
    expect(plan?.phases[0]?.entry).toMatchObject([{ kind: 'signOff', text: 'Backups' }])
    expect(plan?.reportedTriggers).toMatchObject([{ text: 'Any incident' }])
    expect(diagnostics.map(({ ruleId }) => ruleId)).toEqual(
      expect.arrayContaining(['UNBOUND_CRITERION', 'UNBOUND_TRIGGER', 'UNBOUND_CHECKLIST']),
    )
  })

  it.each<[string, Record<string, unknown>, string, number?]>([
    ['metric source', { metrics: { errors: { ...bindings.metrics.errors, source: 'grafana' } } }, 'grafana'],
    ['router', { service: { ...bindings.service, router: 'nginx' } }, 'nginx'],
    ['version', { service: { ...bindings.service, candidate: 'v3' } }, 'v3', 2],
    [
      'service',
      { phases: { ...bindings.phases, 'phase-1': { steps: { 'Route traffic': { rollout: 'frontend' } } } } },
      'frontend',
    ],
    ['phase', { phases: { ...bindings.phases, 'phase-9': { steps: {} } } }, 'phase-9'],
    [
      'step',
      {
        phases: {
          ...bindings.phases,
          'phase-2': { steps: { raise: { rollout: 'backend' }, lower: { covered: 'x' } } },
        },
      },
      'lower',
    ],
    [
      'criterion',
      { criteria: { ...bindings.criteria, 'Users are sad': { signOff: 'Release Manager' } } },
      'Users are sad',
    ],
    ['group', { asks: 'Nobody' }, 'Nobody'],
    ['person', { author: 'eve' }, 'eve'],
  ])('refuses a %s that nobody knows, by name', (_kind, change, name, places = 1) => {
    const found = errors(change).filter(({ ruleId, message }) => ruleId === 'UNKNOWN_NAME' && message.includes(name))
    expect(found).toHaveLength(places)
    expect(bind(change).plan).toBeUndefined()
  })

  it('says where the unknown name stands', () => {
    const [error] = errors({ service: { ...bindings.service, router: 'nginx' } })
    expect(error?.source?.file).toBe('service.router')
  })

  it('refuses a rollout that no step carries, and a rollback without a deadline', () => {
    expect(errors({ phases: {} }).map(({ ruleId }) => ruleId)).toContain('UNBOUND_ROLLOUT')
    expect(errors({ rollback: undefined }).map(({ ruleId }) => ruleId)).toEqual(['NO_ROLLBACK_DEADLINE'])
  })

  it('moves the traffic of a phase that states a share and lists no steps', () => {
    const [first, second] = draft.phases
    if (!first || !second) throw new Error('the draft has two phases')
    const phases = [{ ...first, steps: [] }, second]
    const steps = { 'phase-2': bindings.phases['phase-2'] }
    const bound = bindPlan({
      draft: { ...draft, phases },
      bindings: Bindings.parse({ ...bindings, phases: steps }),
      locate,
      operator,
    })
    const [step] = bound.plan?.phases[0]?.steps ?? []
    expect(step).toMatchObject({ kind: 'rollout', text: 'Phase 1: Canary', source: { start: 10 } })
    expect(step?.kind === 'rollout' && step.stages.map(({ percent, criteria }) => [percent, criteria.length])).toEqual([
      [10, 1],
    ])
  })

  it('repeats no criteria where nothing moves, for nothing would judge them', () => {
    const [first, second] = draft.phases
    if (!first || !second) throw new Error('the draft has two phases')
    const entryCriteria = [{ ...at(19), text: 'Canary was good', form: 'words' as const, claimed: false }]
    const { plan, diagnostics } = bindPlan({
      draft: { ...draft, phases: [first, { ...second, entryCriteria }] },
      bindings: Bindings.parse({
        ...bindings,
        criteria: { ...bindings.criteria, 'Canary was good': { sameAs: 'phase-1' } },
      }),
      locate,
      operator,
    })
    expect(plan).toBeUndefined()
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { ruleId: 'NOTHING_TO_JUDGE', source: { start: 19 } },
    ])
  })

  it('refuses a role that only the author holds', () => {
    expect(errors({ asks: 'Development' }).map(({ ruleId }) => ruleId)).toEqual(['NO_SIGNER'])
  })

  it('refuses a condition that its metric cannot answer', () => {
    const histogram = { says: ['error rate'], source: 'router', histogram: 'h', unit: 's' }
    expect(errors({ metrics: { errors: histogram } }).map(({ ruleId }) => ruleId)).toContain(
      'CONDITION_METRIC_MISMATCH',
    )
  })
})

describe('bindPlan with flags', () => {
  const flag = (key: string) => ({ ...at(40), key, isRollbackToggle: false, stages: [] })
  const lent = { ...operator, flagSources: { team: { driver: 'flagd-file' as const, file: 'flags.json' } } }
  const withFlags = (flags: object) =>
    bindPlan({
      draft: { ...draft, flags: [flag('basket.new'), flag('basket.old')] },
      bindings: Bindings.parse({ ...bindings, flags }),
      locate,
      operator: lent,
    })

  it('says of each bound flag that a person sets it, and keeps it out of the plan', () => {
    const { plan, diagnostics } = withFlags({ 'basket.new': { source: 'team', key: 'basketNew' } })
    expect(diagnostics.filter(({ ruleId }) => ruleId === 'FLAG_MOVED_BY_A_PERSON')).toEqual([
      {
        ruleId: 'FLAG_MOVED_BY_A_PERSON',
        severity: 'note',
        source: { file: 'plan.md', start: 40, end: 40 },
        message: 'flag "basket.new" (basketNew in team) is set by a person until a flag backend is bound',
      },
    ])
    expect(plan).toEqual(withFlags({}).plan)
    expect(plan).toBeDefined()
  })

  it('locates a source that nobody lends and a flag that the document does not have', () => {
    const { plan, diagnostics } = withFlags({
      'basket.new': { source: 'tean', key: 'a' },
      'basket.nwe': { source: 'team', key: 'b' },
      basketOld: { source: 'constructor', key: 'c' },
    })
    expect(plan).toBeUndefined()
    const found = diagnostics.filter(({ severity }) => severity === 'error')
    expect(found.map(({ ruleId, source, message, hint }) => [ruleId, source?.file, message, hint])).toEqual([
      ['UNKNOWN_NAME', 'flags.basket.new.source', 'flag source "tean" is not known', 'known: team'],
      [
        'UNKNOWN_NAME',
        'flags.basket.nwe',
        'flag of the plan "basket.nwe" is not known',
        'known: basket.new, basket.old',
      ],
      ['UNKNOWN_NAME', 'flags.basketOld.source', 'flag source "constructor" is not known', 'known: team'],
      ['UNKNOWN_NAME', 'flags.basketOld', 'flag of the plan "basketOld" is not known', 'known: basket.old, basket.new'],
    ])
    expect(diagnostics.some(({ ruleId }) => ruleId === 'FLAG_MOVED_BY_A_PERSON')).toBe(false)
  })
  it('lists the flags as they come where comparing them would take long', () => {
    const flags = Array.from({ length: 1_200 }, (_, i) => flag(`flag.${i}`.padEnd(1_000, 'x')))
    const started = performance.now()
    const { diagnostics } = bindPlan({
      draft: { ...draft, flags },
      bindings: Bindings.parse({ ...bindings, flags: { ['y'.repeat(1_000)]: { source: 'team', key: 'a' } } }),
      locate,
      operator: lent,
    })
    expect(diagnostics.find(({ ruleId }) => ruleId === 'UNKNOWN_NAME')?.hint).toMatch(/^known: flag\.0x/)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
