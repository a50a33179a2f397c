/** Every plan we have can be rehearsed before anything is bound: our own, and the labelled ones that lie outside the repository. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { bindPlan } from '../../src/core/plan/bind/bind-plan.ts'
import { imagineWorld } from '../../src/core/plan/bind/imagine/imagine-world.ts'
import { ladderOf, Plan } from '../../src/core/plan/plan.ts'
import { importDocument } from '../../src/document/import-document.ts'

const root = resolve(import.meta.dirname, '../..')
const own = globSync(['test/golden/plans/*.md', 'examples/*/ROLLOUT.md', 'examples/*.yaml'], { cwd: root }).sort()
const corpus = resolve(process.env.TIDEGATE_SHARED ?? join(root, '../shared'), 'corpus/texts')
const shared = existsSync(corpus) ? globSync('*.md', { cwd: corpus }).sort() : []
if (shared.length === 0)
  console.warn(
    `SKIPPED: there are no plans under ${corpus} to imagine. Set TIDEGATE_SHARED to the folder that holds corpus/.`,
  )

/** What the plan of a document alone holds, or what is wrong. */
function imagined(path: string): { errors: string[]; shares: number[]; weaknesses: string[] } {
  const { draft } = importDocument(readFileSync(path, 'utf8'), basename(path))
  const world = imagineWorld(draft)
  if ('diagnostics' in world)
    return { errors: world.diagnostics.map(({ message }) => message), shares: [], weaknesses: [] }
  const { plan, diagnostics } = bindPlan({ ...world, locate: () => ({ file: draft.file, start: 1, end: 1 }) })
  const errors = diagnostics.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))
  const shares = plan ? ladderOf(Plan.parse(plan)).map(({ stage }) => stage.percent) : []
  return { errors, shares, weaknesses: world.weaknesses.map(({ code }) => code) }
}

it('has plans to imagine', () => {
  expect(own.length).toBeGreaterThanOrEqual(6)
})

it.each(own)('%s binds', (path) => {
  const { errors, shares, weaknesses } = imagined(join(root, path))
  expect(errors).toEqual([])
  expect(shares.at(-1)).toBeGreaterThanOrEqual(50)
  expect(weaknesses).toContain('NO_BASELINE')
})

it.skipIf(shared.length === 0)('every plan of the corpus binds', () => {
  const made = shared.map((name) => ({ name, ...imagined(join(corpus, name)) }))
  const bound = made.filter(({ errors }) => errors.length === 0)
  console.info(`${bound.length} of ${shared.length} plans bind without bindings`)
  expect(made.filter(({ errors }) => errors.length > 0)).toEqual([])
  expect(shared.length).toBeGreaterThanOrEqual(11)
})
