/** Secrets in the bindings are refused at their line, and not repeated. */
import { expect, it } from 'vitest'
import { Bindings } from '../bindings.ts'
import { findBindingSecrets } from './find-binding-secrets.ts'

const bindings = (more: object) => Bindings.parse({ plan: 'PLAN.md', asks: 'Platform', ...more })
const locate = (path: readonly string[]) => ({ file: path.join('.'), start: 1, end: 1 })

const step = (parameters: Record<string, string>) => ({
  phases: { 'phase-1': { steps: { Deploy: { command: 'deploy', parameters } } } },
})

it.each([
  [
    'a parameter by its form',
    step({ to: 'ghp_aB3dE5gH7jK9mN2pQ4sT6vW8xZ' }),
    'phases.phase-1.steps.Deploy.parameters.to',
  ],
  ['a parameter by its name', step({ password: 'Corr3ctHorse' }), 'phases.phase-1.steps.Deploy.parameters.password'],
  [
    'a key',
    { criteria: { 'curl -u ann:hunter2x9 answers': { signOff: 'QA' } } },
    'criteria.curl -u ann:hunter2x9 answers',
  ],
])('finds %s', (_, more, file) => {
  const [found, ...rest] = findBindingSecrets(bindings(more), locate)
  expect(rest).toEqual([])
  expect(found).toMatchObject({ ruleId: 'SECRET_IN_BINDINGS', severity: 'error', source: { file } })
  expect(`${found?.message} ${found?.hint}`).not.toMatch(/ghp_|Corr3ct|hunter2/)
})

it('finds nothing in words', () => {
  const words = { criteria: { 'The token: refreshed every morning': { signOff: 'QA' } } }
  expect(findBindingSecrets(bindings({ ...words, ...step({ region: 'eu-central-1' }) }), locate)).toEqual([])
})
