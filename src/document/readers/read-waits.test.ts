/** How long stages last where a line says it, read through whole documents. */
import { expect, it } from 'vitest'
import { importMarkdown } from '../import-markdown.ts'

const minute = 60_000
const hour = 60 * minute

/** Name, share and length of every phase and stage. */
function waits(text: string): [string, number | undefined, number | undefined][] {
  const { phases } = importMarkdown(`# Plan\n\n${text}`, 'plan.md').draft
  return phases.flatMap(({ name, percent, timing, stages }) => [
    [name, percent, timing?.durationMs?.[1]] as [string, number | undefined, number | undefined],
    ...stages.map((stage): [string, number, number | undefined] => [
      stage.name,
      stage.percent,
      stage.timing?.durationMs?.[1],
    ]),
  ])
}

it('a step that watches says how long the share before it lasts', () => {
  const text =
    '## Phase 2: Ramp\n1. Send 10% of traffic to v2\n2. Watch for 2 hours\n3. If calm, raise to 40%, then 100%'
  expect(waits(text)).toEqual([
    ['Phase 2: Ramp', undefined, undefined],
    ['10%', 10, 2 * hour],
    ['40%', 40, undefined],
    ['100%', 100, undefined],
  ])
})

it('an item that watches says how long its phase lasts, unless it says how often', () => {
  expect(waits('## Phase 1: 5%\n- Hold 15-30 minutes')).toEqual([['Phase 1: 5%', 5, 30 * minute]])
  expect(waits('## Phase 1: 5%\n- Monitor every 30 minutes')).toEqual([['Phase 1: 5%', 5, undefined]])
  expect(waits('## Phase 1: 5%\n- Watch replicas within 10 minutes')).toEqual([['Phase 1: 5%', 5, undefined]])
})

it.each([
  'Wait 45 minutes between stages.',
  'Each stage runs for at least 45 minutes.',
  '- **Observation period**: 45 min per step',
])('one line says it for all shares that say nothing: %j', (line) => {
  const ladder = '- 5% of shops\n- 30% of shops for 3 hours\n- 100% of shops'
  expect(waits(`## Ladder\n${ladder}\n\n## How we watch\n${line}`)).toEqual([
    ['5% of shops', 5, 45 * minute],
    ['30% of shops for 3 hours', 30, 3 * hour],
    ['100% of shops', 100, 45 * minute],
  ])
})

it('a list of windows names the phases that it is about', () => {
  const ladder = '1. Pilot: 5%\n2. Region: 40%\n3. Full rollout: 100%'
  const windows = '1. Pilot window: 20 minutes at least\n2. Region window: 2 hours\n3. Chat window: 3 hours'
  expect(waits(`## Shares\n${ladder}\n\n## Observation windows\n${windows}`)).toEqual([
    ['Pilot', 5, 20 * minute],
    ['Region', 40, 2 * hour],
    ['Full rollout', 100, undefined],
  ])
})

it('a heading that says it all is a field', () => {
  expect(waits('## Phase 1: Shadow\n### Duration: 2-4 hours\n- Compare totals')).toEqual([
    ['Phase 1: Shadow', undefined, 4 * hour],
  ])
})
