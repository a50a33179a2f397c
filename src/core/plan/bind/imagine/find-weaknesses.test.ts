import { describe, expect, it } from 'vitest'
import { importMarkdown } from '../../../../document/import-markdown.ts'
import { UnfinishedBindings } from '../../bindings.ts'
import { Operator } from '../../operator.ts'
import { imagineWorld } from './imagine-world.ts'
import type { Weakness } from './weakness.ts'

/** A plan without a weakness, once it is bound. */
const sound = `# Basket
**Current version:** v1
**Owner:** Shop team

## Phase 1: Canary (10%)
**Duration:** 1 day
**Success criteria:**
- Error rate < 1%
**Rollback triggers:**
- Error rate > 5%

## Phase 2: Everyone (100%)
**Success criteria:**
- Error rate < 1%

## Rollback plan
1. Send all traffic back within 10 minutes
`
const bound = {
  metrics: { errors: { says: ['error rate'], source: 'router', events: 'errors', total: 'requests' } },
}

function found(text: string, bindings: object = {}, operator?: object): Weakness[] {
  const { draft } = importMarkdown(text, 'plan.md')
  const lent = operator && Operator.parse({ targets: {}, ...operator })
  const made = imagineWorld(draft, UnfinishedBindings.parse(bindings), lent)
  if ('diagnostics' in made) throw new Error(made.diagnostics[0]?.message)
  return made.weaknesses
}
const places = (weaknesses: Weakness[]) => weaknesses.map(({ code, source }) => `${code}:${source.start}`)

describe('weaknesses', () => {
  it('finds none in a sound plan', () => {
    expect(found(sound, bound)).toEqual([])
  })

  it('says of a trigger that is not bound that nothing measures it, whatever was imagined for it', () => {
    expect(found(sound)).toEqual([
      {
        code: 'UNMEASURED_TRIGGER',
        source: { file: 'plan.md', start: 10, end: 10 },
        message: 'nothing measures "Error rate > 5%", and nobody is named to report it',
        hint: 'bind "Error rate" under metrics',
      },
    ])
    expect(found(sound, { triggers: { 'error rate > 5%': { reportedBy: 'Shop team' } } })).toEqual([])
    expect(places(found(sound, { triggers: { 'error rate > 5%': { anyOf: 'errors' } } }))).toEqual([
      'UNMEASURED_TRIGGER:10',
    ])
    const histogram = { says: ['error rate'], source: 'router', histogram: 'seconds', unit: 's' }
    expect(found(sound, { metrics: { errors: histogram } })[0]?.message).toContain('(a histogram answers')
  })

  it.each<[string, string, string[]]>([
    [
      'a plan that moves no traffic',
      sound.replace('Canary (10%)', 'Switch').replace('Everyone (100%)', 'Tidy up'),
      ['NO_ROLLOUT:1'],
    ],
    ['traffic without a trigger', sound.replace('- Error rate > 5%\n', ''), ['NO_TRIGGER:1']],
    [
      'a halt that nothing measures, and no alert',
      `${sound}\n## Halt rules\n- Disk > 90%\n\n## Alert conditions\n- Queue > 50%\n`,
      ['UNMEASURED_TRIGGER:20'],
    ],
    ['a rollback without a time', sound.replace(' within 10 minutes', ''), ['NO_DEADLINE:17']],
    ['a rollback to nobody knows what', sound.replace('**Current version:** v1\n', ''), ['NO_BASELINE:16']],
    ['nobody who is asked', sound.replace('**Owner:** Shop team\n', ''), ['NOBODY_CAN_OPEN:1']],
    [
      'a stage that is passed at once',
      sound.replace('**Duration:** 1 day\n**Success criteria:**\n- Error rate < 1%\n', ''),
      ['UNGATED_STAGE:5'],
    ],
    ['a stage that nobody meets', sound.replace('(10%)', '(0%)'), ['EMPTY_STAGE:5']],
    [
      'no phases',
      '# Plan\n**Current version:** v1\n**Owner:** Ann\n\n## Todo\n- [ ] Backup\n\n## Rollback\n1. Back within 5 minutes',
      ['NO_PHASES:1', 'NO_ROLLOUT:1', 'UNBOUND_ROLLBACK_STEP:9'],
    ],
  ])('finds %s', (_what, text, expected) => {
    expect(places(found(text, bound))).toEqual(expected)
  })

  it('says which steps of going back nothing does', () => {
    const more = `${sound}2. Purge the cache\n`
    expect(places(found(more, bound))).toEqual(['UNBOUND_ROLLBACK_STEP:18'])
    const rollback = { steps: { 'Purge the cache': { byHand: 'Shop team' } } }
    expect(found(more, { ...bound, rollback })).toEqual([])
  })

  it('finds people at a share of 0 where a cohort is bound', () => {
    const internal = sound.replace('(10%)', '(0%)')
    const cohorts = { 'Phase 1: Canary (0%)': 'internal' }
    expect(found(internal, { ...bound, phases: { 'phase-1': { cohorts } } })).toEqual([])
  })

  it('takes a step that is bound to a drill for one', () => {
    const text = `${sound}\n## Feature flags\n- \`rollback.basket\`: off\n\n## Phase 0: Production\n1. Look around\n`
    const drill = (ref: unknown) => ({ ...bound, phases: { 'phase-0': { steps: { 'Look around': { drill: ref } } } } })
    expect(found(text, drill('rollback.basket')).map(({ code }) => code)).toEqual([])
    expect(found(text, drill({ backend: 'flags', flag: 'other' })).map(({ code }) => code)).toEqual([
      'TOGGLE_NOT_DRILLED',
    ])
  })

  it('says which group has nobody but the author', () => {
    const people = { ann: { name: 'Ann', groups: ['Shop team'] }, tom: { name: 'Tom', groups: ['On-call'] } }
    const bindings = {
      ...bound,
      author: 'ann',
      asks: 'Shop team',
      triggers: { 'Error rate > 5%': { reportedBy: 'Support' } },
    }
    const weaknesses = found(sound, bindings, {
      people,
      metricSources: { router: { driver: 'prometheus-text', urls: ['http://x/m'] } },
    })
    expect(weaknesses.map(({ code, source, message }) => [code, source.start, message])).toEqual([
      ['NOBODY_CAN_OPEN', 1, 'only the plan\'s author is in "Shop team", so nobody can open what it is asked for'],
      ['NOBODY_CAN_OPEN', 10, 'nobody is in "Support", so nobody can open what it is asked for'],
    ])
  })

  it.each([
    ['nothing', '', true],
    ['a step in production', '## Phase 0: Production\n1. Drill rollback.basket on and off\n', true],
    ['a step that only names it', '## Phase 0: Staging\n1. Create rollback.basket\n', true],
    ['a step on staging', '## Phase 0: Staging\n1. Drill rollback.basket on and off\n', false],
    ['a checklist of staging', '## Staging prerequisites\n- [ ] Every toggle tried both ways\n', false],
  ])('asks for a drill of a rollback toggle: %s', (_what, text, isWeak) => {
    const weaknesses = found(`${sound}\n## Feature flags\n- \`rollback.basket\`: off\n\n${text}`, bound)
    expect(weaknesses.map(({ code }) => code)).toEqual(isWeak ? ['TOGGLE_NOT_DRILLED'] : [])
  })
})
