import { expect, it } from 'vitest'
import { plan as example } from '../../../../test/fixtures/plan.ts'
import { gaugeJudge } from '../../../core/judge/gauge-judge.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { Criterion, Trigger } from '../../../core/plan/step.ts'
import type { MetricReading } from '../../../core/release/evidence.ts'
import type { Judgement } from '../../../core/release/judgement.ts'
import { brokenJudgement } from './judgements.ts'

const plan: Plan = {
  ...example,
  metrics: {
    memory: {
      id: 'memory',
      name: 'memory',
      metricSource: 'router',
      query: { gauge: 'memory', unit: 'bytes' },
      minimumSamples: 1,
      triggerSamples: 1,
    },
  },
}
const about = { text: 'memory', source: { start: 1, end: 1 }, metricId: 'memory' }
const criterion: Criterion = {
  ...about,
  id: 'c',
  condition: { metric: 'memory', comparator: '<', value: 512, unit: 'MB' },
}
const trigger: Trigger = {
  ...about,
  id: 't',
  condition: { metric: 'memory', comparator: '>', value: 1, unit: 'GB' },
  windowMs: 4_000,
  action: { kind: 'notify' },
}

/** What is wrong with the verdict on the last of these looks, one a second, once it was changed by hand. */
function wrongWith(statement: Criterion | Trigger, bytes: readonly number[], change: Partial<Judgement> = {}) {
  const { id: statementId, condition } = statement
  const question = { statementId, condition, minimumSamples: 1 }
  const asked = 'windowMs' in statement ? { ...question, windowMs: statement.windowMs } : question
  let [was, is] = [gaugeJudge.initial(), gaugeJudge.initial()]
  let read: MetricReading | null = null
  for (const [index, gauge] of bytes.entries()) {
    was = is
    read = { arms: { candidate: { total: 1, gauge } }, cursor: {} }
    is = gaugeJudge.observe(was, asked, { fromMs: index * 1_000, toMs: (index + 1) * 1_000, reading: read })
  }
  const judgement = { ...gaugeJudge.judge(is, asked), ...change }
  return brokenJudgement(plan, statement, judgement, { was, is }, read, bytes.length * 1_000)
}

it.each([[[4e8]], [[6e8]], [[]]])('finds nothing wrong with what the judge of gauges says: %j', (bytes) => {
  expect(wrongWith(criterion, bytes)).toBeNull()
})

it.each([[[2e9]], [[2e9, 2e9, 2e9, 2e9]], [[1e9, 2e9, 2e9]], [[2e9, 2e9, 2e9, 1e9]], [[]]])(
  'finds nothing wrong with what it says of a trigger: %j',
  (bytes) => {
    expect(wrongWith(trigger, bytes)).toBeNull()
  },
)

it('finds a gauge that decides', () => {
  expect(wrongWith(criterion, [6e8], { verdict: 'Failed' })).toBe('Failed, and it is Inconclusive')
  expect(wrongWith(criterion, [6e8], { verdict: 'Successful' })).toBe('Successful, and it is Inconclusive')
  expect(wrongWith(criterion, [], { verdict: 'Successful' })).toBe('Successful, and it is Inconclusive')
  expect(wrongWith({ ...trigger, action: { kind: 'rollback' } }, [2e9])).toBe('a gauge takes nothing back')
})

it('finds a trigger that one spike breaches, and one that stays silent', () => {
  expect(wrongWith(trigger, [1e9, 1e9, 1e9, 2e9], { verdict: 'Failed' })).toBe('Failed, and it is Inconclusive')
  expect(wrongWith(trigger, [2e9, 2e9, 2e9, 2e9], { verdict: 'Inconclusive' })).toBe('Inconclusive, and it is Failed')
  expect(wrongWith(trigger, [1e9], { verdict: 'Failed' })).toBe('Failed, and it is Successful')
})

it('finds instances that were not there', () => {
  expect(wrongWith(criterion, [4e8], { samples: 7 })).toBe('7 instances were judged of 1')
})
