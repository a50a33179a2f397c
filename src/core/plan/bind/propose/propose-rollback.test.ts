import { describe, expect, it } from 'vitest'
import { importDocument } from '../../../../document/import-document.ts'
import { UnfinishedBindings as Unfinished, type UnfinishedBindings } from '../../bindings.ts'
import { Operator } from '../../operator.ts'
import type { Finding } from './proposal.ts'
import { proposeBindings } from './propose-bindings.ts'

const check = { driver: 'http', requests: [{ name: 'it', url: 'http://127.0.0.1:9/', status: [200] }] }
const run = { argv: ['/bin/true'], ready: 'http://127.0.0.1:9/' }
const operator = Operator.parse({
  people: { ann: { name: 'Ann', groups: ['Support'] }, tom: { name: 'Tom', groups: ['Platform'] } },
  targets: {
    edge: {
      driver: 'embedded-proxy',
      admin: 'http://127.0.0.1:1',
      backends: { v1: 'http://127.0.0.1:2', v2: 'http://127.0.0.1:3' },
    },
    shop: { driver: 'process', mode: 'beside', versions: { v1: run, v2: run } },
  },
  checks: { 'ci-suite': check, 'smoke-production': check },
  commands: { 'purge-cache': { description: 'Empties the cache', argv: ['/bin/true'] } },
})

const propose = (text: string, bindings: UnfinishedBindings = {}) =>
  proposeBindings({
    draft: importDocument(text, 'plan.yaml').draft,
    plan: 'plan.yaml',
    bindings: Unfinished.parse(bindings),
    operator,
    offers: {},
    flagOffers: {},
  })
const said = (findings: readonly Finding[], ...path: string[]) => {
  const found = findings.find((one) => one.path.join() === path.join())
  return found && `${found.state} ${JSON.stringify(found.value)}`
}

describe('going back', () => {
  const text = `tidegate: 1
title: Shop
phases: [{ name: "Phase 1: Canary", traffic: 10% }]
rollback:
  steps: [Send all traffic back, Purge the cache, Redeploy the previous version, Run the smoke tests, Tell Support, Think about it]
`
  const of = (words: string, bindings?: UnfinishedBindings) => said(propose(text, bindings), 'rollback', 'steps', words)

  it('is share 0, a check, a deployment, the work of people, or for somebody to say', () => {
    expect(of('Send all traffic back')).toBe('proposed {"covered":"share 0 is set and read back first"}')
    expect(of('Run the smoke tests')).toBe('proposed {"check":"smoke-production"}')
    expect(of('Redeploy the previous version')).toBe('suggested {"deploy":"shop"}')
    expect(of('Tell Support')).toBe('proposed {"byHand":"Support"}')
    expect(of('Think about it')).toBe('unbound undefined')
  })

  it('never runs a command that nobody has chosen', () => {
    expect(of('Purge the cache')).toBe('suggested {"command":"purge-cache"}')
  })

  it('keeps what is bound', () => {
    const steps = { 'purge the cache': { byHand: 'Platform' } }
    expect(of('Purge the cache', { rollback: { steps } })).toBe('bound {"byHand":"Platform"}')
  })
})

it('asks for several runs where the words do, and lets a person say how far apart', () => {
  const text = `tidegate: 1
title: Shop
phases: [{ name: "Phase 1: Try", success: [The suite shows 5 consecutive green runs, The suite is green] }]
`
  const findings = propose(text)
  expect(said(findings, 'criteria', 'The suite shows 5 consecutive green runs')).toBe(
    'suggested {"streak":"ci-suite","every":"10m"}',
  )
  expect(said(findings, 'criteria', 'The suite is green')).toBe('proposed {"check":"ci-suite"}')
})

it('lets whoever a dependency names confirm it, before the phase that waits', () => {
  const text = `tidegate: 1
title: Shop
phases: [{ name: "Phase 1: Try" }, { name: "Phase 2: Go" }]
dependencies: [{ text: The form that Support orders, phase: "Phase 2: Go" }, { text: The vendor's answer }]
`
  const findings = propose(text, { asks: 'Platform' })
  expect(said(findings, 'dependencies', 'The form that Support orders')).toBe(
    'suggested {"dependency":"Support","before":"phase-2"}',
  )
  expect(findings.find(({ path }) => path[1] === "The vendor's answer")).toMatchObject({
    state: 'unbound',
    otherwise: 'Platform confirms it before phase-1',
  })
})

describe('several services', () => {
  const text = `tidegate: 1
title: Shop
phases:
  - { name: "Phase 1: Canary", traffic: 10%, steps: [Shift traffic] }
  - { name: "Phase 1: Web", track: web, traffic: 10%, steps: [Shift traffic] }
`
  const one = { candidate: 'v2', baseline: 'v1', router: 'edge', deployer: 'shop', arms: { label: 'version' } }

  it('are whole where they are bound, and a step of a phase moves the one called like its track', () => {
    const findings = propose(text, { services: { api: one, web: one } })
    const services = findings.filter(({ section }) => section === 'service')
    expect(services.map(({ path, state }) => [path.join('.'), state])).toEqual([
      ['services.api', 'bound'],
      ['services.web', 'bound'],
    ])
    const steps = findings.filter(({ section }) => section === 'steps')
    expect(steps.map(({ state, value }) => [state, value])).toEqual([
      ['suggested', { rollout: ['api', 'web'] }],
      ['proposed', { rollout: 'web' }],
    ])
  })

  it('need no router where a flag moves them, and no baseline before a first release', () => {
    const flag = { backend: 'flags', flag: 'x' }
    const keys = (service: UnfinishedBindings['service']) =>
      propose(text, { service }).flatMap(({ section, path }) => (section === 'service' ? [path[1]] : []))
    expect(keys({ flag })).toEqual(['name', 'candidate', 'baseline', 'arms', 'arrivals'])
    expect(keys({ firstRelease: { fallback: 'v1' } })).toEqual([
      'name',
      'candidate',
      'router',
      'deployer',
      'arms',
      'arrivals',
    ])
  })
})
