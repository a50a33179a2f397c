/** The example's own document on its way to a plan: what its author claims in it, and what that is worth. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { World } from '../../test/simulation/world.ts'
import { Operator } from '../core/plan/operator.ts'
import { openGates } from '../core/release/open-gates.ts'
import { importMarkdown } from '../document/import-markdown.ts'
import { writePlanYaml } from '../document/plan-yaml/write-plan-yaml.ts'
import { readYaml } from '../document/yaml/read-yaml.ts'
import { preparePlan } from './prepare-plan.ts'

const example = join(import.meta.dirname, '../../examples/classmatefinder')
const text = (file: string) => readFileSync(join(example, file), 'utf8')
const variables = { NODE: process.execPath, TIDEGATE_PROXY: '/proxy', STATE: '/state' }

function prepared() {
  const { value: operator } = readYaml(text('operator.yaml'), 'operator.yaml', Operator, { variables })
  if (!operator) throw new Error('operator.yaml cannot be read')
  const files = {
    document: { path: 'ROLLOUT.md', text: text('ROLLOUT.md') },
    bindings: { path: 'tidegate.yaml', text: text('tidegate.yaml') },
  }
  const result = preparePlan(files, operator)
  if (!('plan' in result)) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result
}

it('the words "ROLLOUT PLAN APPROVED" and the ticked boxes open no gate', () => {
  const { draft } = importMarkdown(text('ROLLOUT.md'), 'ROLLOUT.md')
  const ticked = draft.checklists.flatMap(({ items }) => items).filter(({ claimed }) => claimed)
  expect(draft.approvals).toHaveLength(1)
  expect(ticked).toHaveLength(4)

  const world = new World({ signs: false }, prepared().plan, 8_640)
  world.run({ untilMs: 3_600_000 })
  const open = openGates(world.state, world.now).map(({ gate }) => gate.text)
  expect(open).toEqual(ticked.map((item) => item.text))
  expect(world.events('EffectRequested')).toEqual([])
})

it('a plan in YAML that says the same becomes the same plan', () => {
  const { draft } = importMarkdown(text('ROLLOUT.md'), 'ROLLOUT.md')
  const yaml = writePlanYaml(draft, { from: 'ROLLOUT.md', schema: 'plan.schema.json' })
  const { value: operator } = readYaml(text('operator.yaml'), 'operator.yaml', Operator, { variables })
  if (!operator) throw new Error('operator.yaml cannot be read')
  const bindings = { path: 'tidegate.yaml', text: text('tidegate.yaml').replace('ROLLOUT.md', 'plan.yaml') }
  const result = preparePlan({ document: { path: 'plan.yaml', text: yaml }, bindings }, operator)
  const withoutPlaces = (plan: unknown) =>
    JSON.parse(JSON.stringify(plan, (key, value) => (['source', 'document'].includes(key) ? undefined : value)))
  expect('plan' in result && withoutPlaces(result.plan)).toEqual(withoutPlaces(prepared().plan))
  const findings = (diagnostics: { ruleId: string; message: string }[]) =>
    diagnostics.map(({ ruleId, message }) => `${ruleId} ${message}`).sort()
  expect(findings(result.diagnostics)).toEqual(findings(prepared().diagnostics))
})

it('is pinned by a digest that a change of the plan or of what it names changes, and a tick does not', () => {
  const { digest } = prepared()
  const operator = readYaml(text('operator.yaml'), 'operator.yaml', Operator, { variables }).value
  if (!operator) throw new Error('operator.yaml cannot be read')
  const digestWith = (document: string, changed = operator) => {
    const files = {
      document: { path: 'ROLLOUT.md', text: document },
      bindings: { path: 'tidegate.yaml', text: text('tidegate.yaml') },
    }
    const result = preparePlan(files, changed)
    return 'digest' in result ? result.digest : null
  }
  expect(digestWith(text('ROLLOUT.md'))).toBe(digest)
  expect(digestWith(text('ROLLOUT.md').replace('- [ ] Backups', '- [x] Backups'))).toBe(digest)
  expect(digestWith(text('ROLLOUT.md').replace('Error rate > 5%', 'Error rate > 6%'))).not.toBe(digest)
  const { 'migrate-production': command, ...commands } = operator.commands
  if (!command) throw new Error('the example has no command migrate-production')
  const slower = { ...operator, commands: { ...commands, 'migrate-production': { ...command, timeout: 1 } } }
  expect(digestWith(text('ROLLOUT.md'), slower)).not.toBe(digest)
})
