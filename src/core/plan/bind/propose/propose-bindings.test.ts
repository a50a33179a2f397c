import { describe, expect, it } from 'vitest'
import { UnfinishedBindings } from '../../bindings.ts'
import type { Condition } from '../../condition.ts'
import { type DraftPhase, emptyDraft, type PlanDraft } from '../../draft.ts'
import type { MetricOffer } from '../../metric.ts'
import { Operator } from '../../operator.ts'
import type { Finding, ProposeInput } from './proposal.ts'
import { proposeBindings } from './propose-bindings.ts'

const at = (line: number) => ({ source: { start: line, end: line }, rule: 'test' })
const process = { argv: ['/bin/true'], ready: 'http://127.0.0.1:9/health' }
const check = (path: string) => ({
  driver: 'http',
  requests: [{ name: 'it', url: `http://127.0.0.1:9${path}`, status: [200] }],
})

const operatorFile = {
  people: {
    rina: { name: 'Rina Sol', groups: ['Release Manager'] },
    tom: { name: 'Tom', groups: ['Platform', 'On-call'] },
    sol: { name: 'Sol', groups: ['Security'] },
  },
  targets: {
    edge: {
      driver: 'embedded-proxy',
      admin: 'http://127.0.0.1:1',
      backends: { 'v1.9.0': 'http://127.0.0.1:2', 'v1.10.0': 'http://127.0.0.1:3' },
    },
    'production-shop': { driver: 'process', mode: 'beside', versions: { 'v1.9.0': process, 'v1.10.0': process } },
    'staging-shop': { driver: 'process', mode: 'replace', versions: { 'v1.10.0': process } },
  },
  metricSources: { edge: { driver: 'prometheus-text', urls: ['http://127.0.0.1:1/metrics'] } },
  checks: { 'staging-smoke': check('/api/auth/login'), 'production-health': check('/health') },
  commands: {
    'migrate-production': {
      description: 'Brings the production database to the newest migration',
      argv: ['/bin/true'],
    },
    'warm-cache': { description: 'Fills the cache', argv: ['/bin/true'], parameters: { region: { pattern: '.+' } } },
  },
}

const versions = ['v1.10.0', 'v1.9.0']
const counter = (name: string, labels: MetricOffer['labels'] = {}, help = ''): MetricOffer => ({
  name,
  type: 'counter',
  help,
  labels: { version: versions, ...labels },
})
const histogram = (name: string): MetricOffer => ({ name, type: 'histogram', help: '', labels: { version: versions } })
const traffic = [counter('proxy_requests_total', { code: ['200', '503'] }), histogram('proxy_request_duration_seconds')]

const condition = (metric: string, rest: Partial<Condition> = {}): Condition => ({
  metric,
  comparator: '<',
  value: 1,
  unit: '%',
  ...rest,
})

function phase(changes: Partial<DraftPhase>): DraftPhase {
  return {
    ...at(10),
    name: 'Phase 1: Canary',
    ordinal: '1',
    percent: 10,
    steps: [],
    stages: [],
    entryCriteria: [],
    criteria: [],
    triggers: [],
    ...changes,
  }
}

interface World {
  offers?: ProposeInput['offers']
  operator?: object
  bindings?: object
  draft?: Partial<PlanDraft>
}

function propose(
  phases: Partial<DraftPhase>[],
  { offers = { edge: traffic }, operator, bindings = {}, draft }: World = {},
): Finding[] {
  return proposeBindings({
    draft: { ...emptyDraft('plan.md', 'Shop v1.10.0'), phases: phases.map(phase), ...draft },
    plan: 'plan.md',
    bindings: UnfinishedBindings.parse(bindings),
    operator: Operator.parse({ ...operatorFile, ...operator }),
    offers,
    flagOffers: {},
  })
}

const criterion = (text: string, stated?: Condition, form: 'numeric' | 'words' = stated ? 'numeric' : 'words') => ({
  ...at(20),
  text,
  form,
  claimed: false,
  ...(stated ? { condition: stated } : {}),
})
const trigger = (text: string, stated?: Condition, action: 'rollBack' | 'halt' = 'rollBack') => ({
  ...at(30),
  text,
  action,
  ...(stated ? { condition: stated } : {}),
})
const step = (text: string, code = '') => ({
  ...at(40),
  text,
  details: [],
  code: code === '' ? [] : [{ ...at(41), language: 'sh', content: 'commands' as const, text: code }],
})

/** The finding of one key as `state value`. */
function said(findings: Finding[], ...path: string[]): string {
  const finding = findings.find((one) => one.path.join('/') === path.join('/'))
  return finding ? `${finding.state} ${JSON.stringify(finding.value) ?? ''}`.trim() : 'none'
}

/** What measures a metric of the plan that is stated so. */
function metric(name: string, stated: Partial<Condition>, offers: MetricOffer[], source = 'app'): string {
  const findings = propose([{ criteria: [criterion(name, condition(name, stated))] }], { offers: { [source]: offers } })
  const found = findings.find(({ section }) => section === 'metrics')
  if (!found) return 'none'
  const { says: _, source: __, ...query } = found.value as Record<string, unknown>
  return `${found.state} ${Object.values(query).join(' of ')}`
}

describe('metrics', () => {
  const time = { unit: 'ms', value: 500, percentile: 95 }

  it.each<[string, Partial<Condition>, MetricOffer[], string]>([
    [
      'Error rate',
      {},
      [counter('http_requests_total', { code: ['200', '500'] })],
      'proposed http_requests_total{code=~"5.."} of http_requests_total',
    ],
    [
      '5xx errors',
      {},
      [counter('http_requests_total', { status: ['2xx', '5xx'] })],
      'proposed http_requests_total{status="5xx"} of http_requests_total',
    ],
    [
      "Taux d'erreur",
      {},
      [counter('http_requests_total', { code: ['200'] })],
      'proposed http_requests_total{code=~"5.."} of http_requests_total',
    ],
    [
      'Failed payments',
      {},
      [counter('payments_total', { result: ['ok', 'failed', 'error'] })],
      'proposed payments_total{result=~"failed|error"} of payments_total',
    ],
    [
      'Database errors',
      { unit: 'count', value: 0 },
      [counter('database_errors_total'), counter('database_queries_total')],
      'proposed database_errors_total of database_queries_total',
    ],
    [
      'Availability',
      { comparator: '>', value: 99 },
      [counter('http_requests_total', { code: ['200'] })],
      'proposed http_requests_total{code!~"5.."} of http_requests_total',
    ],
    [
      'Uptime',
      { comparator: '>', value: 99 },
      [counter('http_requests_total', { code: ['200'] })],
      'suggested http_requests_total{code!~"5.."} of http_requests_total',
    ],
    [
      'Email verification rate',
      { comparator: '>', value: 80 },
      [counter('email_verification_outcomes_total', { outcome: ['missed', 'verified'] })],
      'proposed email_verification_outcomes_total{outcome="verified"} of email_verification_outcomes_total',
    ],
    ['Latency', time, [histogram('http_request_duration_seconds')], 'proposed http_request_duration_seconds of s'],
    ['API p95', time, [histogram('http_response_time_ms')], 'proposed http_response_time_ms of ms'],
    [
      'Checkout time',
      time,
      [histogram('http_request_duration_seconds'), histogram('checkout_duration_seconds')],
      'proposed checkout_duration_seconds of s',
    ],
  ])('measures "%s" (%j) by what means the same', (name, stated, offers, expected) => {
    expect(metric(name, stated, offers)).toBe(expected)
  })

  it.each<[string, Partial<Condition>, MetricOffer[]]>([
    ['Login error rate', {}, [counter('http_requests_total', { code: ['200', '500'] })]],
    ['Critical bugs', { unit: 'count', value: 0 }, [counter('http_requests_total', { code: ['500'] })]],
    ['Latency', { unit: 'ms', value: 500 }, [histogram('http_request_duration_seconds')]],
    ['Latency', { unit: 'x baseline', value: 2, percentile: 95 }, [histogram('http_request_duration_seconds')]],
    ['Error rate', {}, [histogram('http_request_duration_seconds')]],
    ['Crash-free users', { comparator: '>', value: 99 }, [counter('crashes_total'), counter('crashes_requests_total')]],
    ['Error rate', {}, [counter('http_requests_total')]],
    ['Latency', time, [{ ...histogram('http_request'), help: 'in furlongs' }]],
  ])('proposes nothing for "%s" (%j)', (name, stated, offers) => {
    expect(metric(name, stated, offers)).toBe('none')
  })

  it('prefers what the router counts, for a crashed candidate counts nothing itself', () => {
    const offers = { app: [counter('http_requests_total', { code: ['500'] })], edge: traffic }
    const findings = propose([{ criteria: [criterion('Errors', condition('Errors'))] }], { offers })
    expect(findings.find(({ section }) => section === 'metrics')?.value).toMatchObject({ source: 'edge' })
  })

  it('leaves the choice to a person where two are as likely', () => {
    const offers = ['a', 'b'].map((name) => counter(`${name}_http_requests_total`, { code: ['500'] }))
    expect(metric('Error rate', {}, offers)).toMatch(/^suggested a_http/)
  })

  it('only suggests what does not tell the versions apart, or whose total is uncertain', () => {
    const blind: MetricOffer = { name: 'http_requests_total', type: 'counter', help: '', labels: { code: ['500'] } }
    expect(metric('Error rate', {}, [blind, histogram('other_seconds')])).toMatch(/^suggested/)
    expect(metric('Mail failures', {}, [counter('mail_failed_total'), counter('mail_sent_total')])).toBe(
      'suggested mail_failed_total of mail_sent_total',
    )
  })

  it('gives one metric for all spellings, whatever a trigger does when it fires', () => {
    const findings = propose([
      {
        criteria: [criterion('a', condition('Error rate'))],
        triggers: [
          trigger('b', condition('Errors', { comparator: '>' })),
          trigger('c', condition('Error count'), 'halt'),
        ],
      },
    ])
    const metrics = findings.filter(({ section }) => section === 'metrics')
    expect(metrics.map(({ path, says }) => `${path[1]}: ${says}`)).toEqual([
      'error-rate: Error rate',
      'error-rate: Errors',
      'error-rate: Error count',
    ])
    expect(metrics[0]?.value).toMatchObject({ says: ['Error rate', 'Errors', 'Error count'] })
    expect(findings.filter(({ state }) => state === 'measured').map(({ says }) => says)).toEqual(['a', 'b', 'c'])
  })

  it('names a new metric beside one that a person bound', () => {
    const mine = { says: ['Something'], source: 'edge', events: 'a', total: 'b' }
    const findings = propose([{ criteria: [criterion('a', condition('Error rate'))] }], {
      bindings: { metrics: { 'error-rate': mine } },
    })
    expect(said(findings, 'metrics', 'error-rate-2')).toContain('proposed')
  })
})

describe('the service', () => {
  it('is read from the targets, the versions that the plan names and the labels that hold them', () => {
    const findings = propose([{}], { offers: { edge: traffic, app: [counter('http_requests_received_total')] } })
    expect(
      Object.fromEntries(
        findings.filter(({ section }) => section === 'service').map(({ path, value }) => [path[1], value]),
      ),
    ).toEqual({
      name: 'shop',
      candidate: 'v1.10.0',
      baseline: 'v1.9.0',
      router: 'edge',
      deployer: 'production-shop',
      arms: { label: 'version' },
      arrivals: { source: 'app', total: 'http_requests_received_total' },
    })
    expect(findings.filter(({ section, state }) => section === 'service' && state !== 'proposed')).toEqual([])
  })

  it('takes the newest of two versions where the plan names none, and asks about three', () => {
    expect(said(propose([{}], { draft: { title: 'Shop' } }), 'service', 'candidate')).toBe('proposed "v1.10.0"')
    const backends = { v1: 'http://127.0.0.1:2', v2: 'http://127.0.0.1:3', v3: 'http://127.0.0.1:4' }
    const targets = { ...operatorFile.targets, edge: { ...operatorFile.targets.edge, backends } }
    const findings = propose([{}], { operator: { targets } })
    expect(said(findings, 'service', 'candidate')).toBe('suggested "v3"')
    expect(said(findings, 'service', 'baseline')).toMatch(/^suggested/)
  })

  it('does not find 1.10.0 in 11.10.0', () => {
    expect(
      propose([{}], { draft: { title: 'Shop 11.10.0' } }).find(({ path }) => path[1] === 'candidate')?.reason,
    ).not.toContain('names')
  })

  it('says what a person has to write where no source answers', () => {
    const findings = propose([{}], { offers: {} })
    expect(said(findings, 'service', 'arms')).toBe('unbound')
    const arrivals = findings.find(({ path }) => path[1] === 'arrivals')
    expect(arrivals).toMatchObject({ state: 'unbound', fill: { value: { source: '…', total: '…' } } })
    expect(arrivals?.otherwise).toBeUndefined()
  })

  it('keeps what a person bound, and goes on from there', () => {
    const findings = propose([{}], { bindings: { service: { candidate: 'v1.9.0', name: 'till' } } })
    expect(said(findings, 'service', 'name')).toBe('bound "till"')
    expect(said(findings, 'service', 'baseline')).toBe('proposed "v1.10.0"')
  })
})

describe('steps', () => {
  const steps = (texts: ReturnType<typeof step>[], changes: Partial<DraftPhase> = {}) => {
    const findings = propose([{ steps: texts, ...changes }])
    return texts.map(({ text }) => said(findings, 'phases', 'phase-1', 'steps', text))
  }
  const staging = { name: 'Phase 1: Staging' } as const

  it('moves traffic with the step that speaks of it, once', () => {
    expect(steps([step('Check the traffic'), step('Increase weights'), step('Send 10 % of the traffic')])).toEqual([
      'unbound',
      'unbound',
      'proposed {"rollout":"shop"}',
    ])
  })

  it('suggests the only step of a phase that moves traffic', () => {
    expect(steps([step('Go')])).toEqual(['suggested {"rollout":"shop"}'])
  })

  it('deploys, checks and migrates where the words and the place agree', () => {
    const canary = [step('Deploy the service to production'), step('Migrate the database'), step('Health check')]
    expect(steps(canary)).toEqual([
      'proposed {"deploy":"production-shop"}',
      'proposed {"command":"migrate-production"}',
      'proposed {"check":"production-health"}',
    ])
    expect(
      propose([{ ...staging, steps: [step('Deploy'), step('Smoke tests'), step('Health check'), step('Migrate')] }])
        .filter(({ section }) => section === 'steps')
        .map(({ state, value }) => `${state} ${JSON.stringify(value)}`),
    ).toEqual([
      'proposed {"deploy":"staging-shop"}',
      'proposed {"check":"staging-smoke"}',
      'unbound undefined',
      'unbound undefined',
    ])
  })

  it('only suggests what another thing may be meant by', () => {
    expect(
      steps(
        [
          step('Deploy the mobile app'),
          step('Prepare the database', 'npx migrate deploy'),
          step('Warm the cache'),
          step('Monitor errors'),
        ],
        { criteria: [criterion('x', condition('Error rate'))] },
      ),
    ).toEqual([
      'suggested {"deploy":"production-shop"}',
      'suggested {"command":"migrate-production"}',
      'suggested {"command":"warm-cache","parameters":{"region":"…"}}',
      'suggested {"covered":"the criteria and triggers of this phase"}',
    ])
  })

  it('gives other work to whoever holds the phase', () => {
    const owners = [{ ...at(3), name: 'Platform Team', role: 'lead' as const, of: 'Phase 1' }]
    const findings = propose([{ ...staging, steps: [step('Tell the vendors')] }], { draft: { owners } })
    expect(said(findings, 'phases', 'phase-1', 'steps', 'Tell the vendors')).toBe('proposed {"confirm":"Platform"}')
  })
})

describe('statements', () => {
  it('repeats an earlier phase, names checks, and asks the groups that are named', () => {
    const findings = propose([
      { criteria: [criterion('Errors < 1 %', condition('Errors'))] },
      {
        ...at(60),
        name: 'Phase 2: All',
        ordinal: '2',
        percent: 100,
        entryCriteria: [criterion('All metrics still green')],
        criteria: [
          criterion('All metrics remain stable'),
          criterion('Health is good'),
          criterion('Approved by Security'),
          criterion('Users are happy'),
        ],
      },
    ])
    const value = (text: string) => said(findings, 'criteria', text)
    expect(value('All metrics remain stable')).toBe('proposed {"sameAs":"phase-1"}')
    expect(value('Health is good')).toBe('proposed {"check":"production-health"}')
    expect(value('Approved by Security')).toBe('proposed {"signOff":"Security"}')
    expect(value('Users are happy')).toBe('unbound')
    // Before a phase nothing is measured.
    expect(value('All metrics still green')).toBe('unbound')
  })

  it('gives a threshold that its metric cannot answer to a person, and says why', () => {
    const people = { asks: 'Release Manager' }
    const findings = propose(
      [
        {
          criteria: [
            criterion('p95 < 500 ms', condition('Latency', { unit: 'ms', percentile: 95 })),
            criterion('Latency < 2x baseline', condition('Latency', { unit: 'x baseline', value: 2 })),
          ],
          triggers: [trigger('Latency > 5 s', condition('Latency', { unit: 's', comparator: '>' }))],
        },
      ],
      { bindings: people },
    )
    expect(said(findings, 'criteria', 'p95 < 500 ms')).toBe('measured "latency"')
    expect(said(findings, 'criteria', 'Latency < 2x baseline')).toBe('proposed {"signOff":"Release Manager"}')
    expect(said(findings, 'triggers', 'Latency > 5 s')).toBe('proposed {"reportedBy":"Release Manager"}')
  })

  it('binds no words that another phase measures', () => {
    const [same, owners] = [
      criterion('Errors < 1 %', condition('Errors')),
      [{ ...at(3), name: 'Platform', role: 'gateOwner' as const, of: 'Phase 0' }],
    ]
    const { percent: _, ...quiet } = phase({ ordinal: '0', name: 'Phase 0: Staging', criteria: [same] })
    const findings = proposeBindings({
      draft: { ...emptyDraft('plan.md', 'Shop'), phases: [quiet, phase({ criteria: [same] })], owners },
      plan: 'plan.md',
      bindings: {},
      operator: Operator.parse(operatorFile),
      offers: { edge: traffic },
      flagOffers: {},
    })
    expect(findings.filter(({ section }) => section === 'criteria').map(({ state }) => state)).toEqual([
      'unbound',
      'measured',
    ])
  })

  it('never lets one event fire a trigger unasked', () => {
    const offers = { edge: [...traffic, counter('database_errors_total'), counter('database_queries_total')] }
    const findings = propose(
      [
        {
          criteria: [criterion('c', condition('Database errors'))],
          triggers: [
            trigger('Database outage'),
            trigger('A security incident'),
            trigger('The on call is paged'),
            trigger('unsolicited calls'),
          ],
        },
      ],
      { offers },
    )
    expect(said(findings, 'triggers', 'Database outage')).toBe('suggested {"anyOf":"database-errors"}')
    expect(said(findings, 'triggers', 'A security incident')).toBe('proposed {"reportedBy":"Security"}')
    expect(said(findings, 'triggers', 'The on call is paged')).toBe('proposed {"reportedBy":"On-call"}')
    expect(said(findings, 'triggers', 'unsolicited calls')).toBe('unbound')
  })

  it('asks for a checklist before the first phase of its place', () => {
    const checklists = [
      { ...at(5), title: 'Production prerequisites', items: [] },
      { ...at(6), title: 'Setup', items: [] },
    ]
    const findings = propose([{ name: 'Phase 0: Staging', ordinal: '0' }, {}], {
      draft: { checklists },
      bindings: { asks: 'Platform' },
    })
    expect(said(findings, 'checklists', 'Production prerequisites')).toBe(
      'proposed {"signOff":"Platform","before":"phase-1"}',
    )
    expect(said(findings, 'checklists', 'Setup')).toBe('unbound')
  })
})

describe('people and promises', () => {
  const asks = (draft: Partial<PlanDraft>, bindings = {}) => said(propose([{}], { draft, bindings }), 'asks')

  it('asks whom the document names, and only somebody who may sign', () => {
    expect(asks({ approvals: [{ ...at(9), text: 'APPROVED', by: 'Release Manager' }] })).toBe(
      'proposed "Release Manager"',
    )
    expect(asks({ owners: [{ ...at(9), name: 'Rina Sol', role: 'approver' }] })).toBe('proposed "Release Manager"')
    expect(asks({})).toBe('suggested "Release Manager"')
    const own = { approvals: [{ ...at(9), text: 'APPROVED', by: 'Release Manager' }] }
    expect(asks(own, { author: 'rina' })).not.toContain('Release Manager')
  })

  it('knows the author that the document names', () => {
    const metadata = [{ ...at(2), label: 'Author', value: 'Rina Sol' }]
    expect(said(propose([{}], { draft: { metadata } }), 'author')).toBe('proposed "rina"')
  })

  it('takes the time of a rollback from the document, suggests one stated for a part, and makes none up', () => {
    const rollback = (budget: Partial<PlanDraft['rollback']>) =>
      said(propose([{}], { draft: { rollback: { steps: [], budgets: [], ...budget } } }), 'rollback', 'deadline')
    expect(rollback({ budgetMs: 300_000 })).toBe('bound "5m"')
    expect(rollback({ budgets: [{ ...at(7), text: 'within 90 s', ms: 90_000 }] })).toBe('suggested "90s"')
    expect(rollback({})).toBe('unbound')
  })
})

it('gives the same findings whatever the order of sources and people', () => {
  const phases = [
    { criteria: [criterion('a', condition('Error rate'))], steps: [step('Deploy'), step('Shift traffic')] },
  ]
  const offers = { edge: traffic, app: [counter('http_requests_total', { code: ['200', '500'] })] }
  const turned = Object.fromEntries(Object.entries(offers).reverse())
  expect(propose(phases, { offers: turned })).toEqual(propose(phases, { offers }))
})
