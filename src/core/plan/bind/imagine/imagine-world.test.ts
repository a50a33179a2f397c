import { describe, expect, it } from 'vitest'
import { importMarkdown } from '../../../../document/import-markdown.ts'
import type { UnfinishedBindings } from '../../bindings.ts'
import { Operator } from '../../operator.ts'
import { Plan } from '../../plan.ts'
import { bindPlan } from '../bind-plan.ts'
import { type ImaginedWorld, imagineWorld } from './imagine-world.ts'

const document = `# Basket, release 2

**Version:** v2.0
**Current version:** v1.9
**Owner:** Shop team

## Phase 1: Staging
1. Deploy to staging
2. Drill rollback.basket on and off

## Phase 2: Canary (10% traffic)
**Duration:** 1 day
1. Deploy to production
2. Watch the dashboards
**Success criteria:**
- Error rate < 1%
- Checkout p95 < 800 ms
- Users are content
**Rollback triggers:**
- Error rate > 5%
- Any complaint by a partner

## Phase 3: Everyone (100% traffic)
**Success criteria:**
- All metrics remain stable

## Feature flags
- \`rollback.basket\`: off

## Rollback plan
1. Send all traffic to the old version within 10 minutes
`

const read = (text: string) => importMarkdown(text, 'plan.md').draft
const at = { file: 'tidegate.yaml', start: 1, end: 1 }

function world(text: string, bindings?: UnfinishedBindings, operator?: Operator): ImaginedWorld {
  const made = imagineWorld(read(text), bindings, operator)
  if ('diagnostics' in made) throw new Error(made.diagnostics[0]?.message)
  return made
}

const bind = ({ draft, bindings, operator }: ImaginedWorld) => bindPlan({ draft, bindings, operator, locate: () => at })
const errorsOf = (made: ImaginedWorld) => bind(made).diagnostics.filter(({ severity }) => severity === 'error')
const codes = ({ weaknesses }: ImaginedWorld) => weaknesses.map(({ code }) => code)

const operator = Operator.parse({
  people: {
    ann: { name: 'Ann', groups: ['Shop team'] },
    tom: { name: 'Tom', groups: ['Development'] },
  },
  targets: {
    edge: {
      driver: 'embedded-proxy',
      admin: 'http://127.0.0.1:1',
      backends: { 'v1.9': 'http://127.0.0.1:2', 'v2.0': 'http://127.0.0.1:3' },
    },
    'production-basket': {
      driver: 'process',
      mode: 'beside',
      versions: {
        'v1.9': { argv: ['/usr/bin/env', 'a'], ready: 'http://127.0.0.1:2/' },
        'v2.0': { argv: ['/usr/bin/env', 'b'], ready: 'http://127.0.0.1:3/' },
      },
    },
  },
  metricSources: { router: { driver: 'prometheus-text', urls: ['http://127.0.0.1:1/metrics'] } },
})

describe('imagineWorld', () => {
  it('makes a plan of a document alone, with metrics for its numbers and people for its words', () => {
    const made = world(document)
    const { plan } = bind(made)
    expect(errorsOf(made)).toEqual([])
    expect(Plan.safeParse(plan).error).toBeUndefined()
    expect(made.bindings.service).toMatchObject({ name: 'basket-release-2', candidate: 'v2.0', baseline: 'v1.9' })
    expect(Object.values(made.bindings.metrics).map((metric) => ['histogram' in metric, metric.says[0]])).toEqual([
      [false, 'Error rate'],
      [true, 'Checkout'],
    ])
    expect(made.bindings.asks).toBe('Shop team')
    expect(plan?.roles['Shop team']).toHaveLength(1)
    expect(made.bindings.phases['phase-1']?.steps['Deploy to staging']).toEqual({ deploy: 'imagined-staging' })
    expect(made.bindings.phases['phase-2']?.steps).toEqual({
      'Deploy to production': { deploy: 'imagined-production' },
      'Watch the dashboards': { rollout: 'basket-release-2' },
    })
    expect(made.bindings.criteria['All metrics remain stable']).toEqual({ sameAs: 'phase-2' })
  })

  it('lists everything that is not in the document, with the lines that need it', () => {
    const { imagined } = world(document)
    const found = imagined.map(({ path, source }) => [path.join('.'), source?.start])
    expect(found).toContainEqual(['metrics.error-rate', 16])
    expect(found).toContainEqual(['criteria.Users are content', 18])
    expect(found).toContainEqual(['service.router', undefined])
    expect(found).toContainEqual(['people.shop-team', undefined])
    expect(imagined.every(({ reason }) => reason !== '')).toBe(true)
    expect(found).not.toContainEqual(['rollback.deadline', expect.anything()])
    expect(found).toContainEqual(['rollback.steps.Send all traffic to the old version within 10 minutes', 31])
  })

  it('leaves what is bound as it is, and imagines only what is missing', () => {
    const metrics = {
      errors: {
        says: ['Error rate'],
        source: 'router',
        events: 'errors',
        total: 'requests',
        minimumSamples: 7,
        triggerSamples: 3,
      },
    }
    const triggers = { 'Any complaint by a partner': { reportedBy: 'Shop team' } }
    const phases = { 'phase-2': { steps: { 'watch the dashboards': { confirm: 'Shop team' } } } }
    const made = world(document, { metrics, triggers, phases, service: { router: 'edge' } }, operator)
    expect(errorsOf(made)).toEqual([])
    expect(made.bindings.metrics.errors).toEqual(metrics.errors)
    expect(Object.keys(made.bindings.metrics)).toEqual(['errors', 'checkout'])
    expect(made.bindings.triggers).toEqual(triggers)
    expect(made.bindings.phases['phase-2']?.steps).toEqual({
      'watch the dashboards': { confirm: 'Shop team' },
      'Deploy to production': { rollout: made.bindings.service?.name },
    })
    expect(made.bindings.service).toMatchObject({ router: 'edge', deployer: 'production-basket' })
    expect(Object.keys(made.operator.targets)).toEqual(['edge', 'production-basket'])
    expect(made.operator.people).toEqual(operator.people)
    expect(codes(made)).toEqual([])
  })

  it('lends what bindings name where there is no operator, and keeps a name that the operator given does not know an error', () => {
    const bindings: UnfinishedBindings = {
      author: 'tom',
      asks: 'Owners',
      service: { router: 'lb', deployer: 'hosts', candidate: 'v2', baseline: 'v1' },
      criteria: { 'Users are content': { check: 'smiles' } },
      phases: { 'phase-1': { steps: { 'Deploy to staging': { command: 'install', parameters: { to: 'staging' } } } } },
    }
    const alone = world(document, bindings)
    expect(errorsOf(alone)).toEqual([])
    expect(Object.keys(alone.operator.checks)).toEqual(['smiles'])
    expect(Object.keys(alone.operator.commands)).toEqual(['install'])
    const messages = errorsOf(world(document, bindings, operator)).map(({ message }) => message)
    expect(messages).toContain('router "lb" is not known')
    expect(messages).toContain('check "smiles" is not known')
  })

  it('leaves to a person what no metric could answer', () => {
    const made = world(`## Phase 1: Canary (10%)
**Success criteria:**
- Error rate < 1%
- Error rate < 2x baseline
- CLS p95 < 0.1
**Rollback triggers:**
- Latency > 3x baseline
`)
    expect(errorsOf(made)).toEqual([])
    expect(Object.keys(made.bindings.metrics)).toEqual(['error-rate'])
    expect(bind(made).plan?.phases[0]?.exit.map(({ text }) => text)).toEqual(['CLS p95 < 0.1'])
    expect(codes(made)).toContain('UNMEASURED_TRIGGER')
  })

  it('gives phases of two tracks ids of their own', () => {
    const table = (name: string) =>
      `## ${name} Store Rollout\n\n| Stage | Percentage | Duration |\n|---|---|---|\n| 1 | 10% | 24 hours |\n| 2 | 100% | 24 hours |\n`
    const text = `# Apps\n\n${table('App')}\n${table('Play')}`
    expect(read(text).phases.map(({ ordinal }) => ordinal)).toEqual(['1', '2', '1', '2'])
    const made = world(text)
    const ids = bind(made).plan?.phases.map(({ id }) => id) ?? []
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(4)
  })

  it('gives the same world twice', () => {
    expect(world(document)).toEqual(world(document))
  })
})

describe('a document without phases', () => {
  it('becomes one phase of what is to be done', () => {
    const made = world('# Switch over\n\n## Prerequisites\n- [ ] Backup taken\n- [x] Partners told\n')
    const { plan } = bind(made)
    expect(errorsOf(made)).toEqual([])
    expect(plan?.phases.map(({ name, entry }) => [name, entry.length])).toEqual([['Switch over', 2]])
    expect(codes(made)).toEqual(expect.arrayContaining(['NO_PHASES', 'NO_ROLLOUT']))
  })

  it('is refused where there is nothing to do', () => {
    expect(imagineWorld(read('# A thought\n\nNothing is planned.\n'))).toEqual({
      diagnostics: [
        expect.objectContaining({
          ruleId: 'NOTHING_TO_REHEARSE',
          severity: 'error',
          source: { file: 'plan.md', start: 1, end: 1 },
        }),
      ],
    })
  })
})
