import { expect, it } from 'vitest'
import { plan } from '../../../test/fixtures/plan.ts'
import { planDigest } from './digest.ts'
import { Operator } from './operator.ts'
import type { Plan } from './plan.ts'

const [phase] = plan.phases
if (!phase) throw new Error('the example has a phase')
const source = { start: 1, end: 1 }
const using: Plan = {
  ...plan,
  phases: [
    {
      ...phase,
      entry: [{ id: 'hook', text: 'the laboratory', source, kind: 'webhook', hook: 'qa' }],
      steps: [{ id: 'drill', text: 'drill', source, kind: 'drill', backend: 'flags', flag: 'x' }],
    },
  ],
}
const lent = (change: object = {}) =>
  Operator.parse({
    people: {},
    targets: {},
    flagBackends: { flags: { driver: 'flagd-file', file: 'a.json' }, other: { driver: 'flagd-file', file: 'b.json' } },
    hooks: { qa: { secret: { env: 'QA' } }, board: { secret: { env: 'BOARD' } } },
    ...change,
  })

it('pins the flag backends and hooks that the plan names, and no others', () => {
  const digest = planDigest(using, lent())
  const flagBackends = { flags: { driver: 'flagd-file', file: 'c.json' } }
  expect(planDigest(using, lent({ flagBackends }))).not.toBe(digest)
  expect(planDigest(using, lent({ hooks: { qa: { secret: { env: 'ANOTHER' } } } }))).not.toBe(digest)
  const fewer = {
    flagBackends: { flags: { driver: 'flagd-file', file: 'a.json' } },
    hooks: { qa: { secret: { env: 'QA' } } },
  }
  expect(planDigest(using, lent(fewer))).toBe(digest)
})
