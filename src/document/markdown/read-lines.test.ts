/** Lines of paragraphs: what was broken at the edge of the page is one, what its author set apart is not. */
import { describe, expect, it } from 'vitest'
import { importMarkdown } from '../import-markdown.ts'
import { readTree } from './read-tree.ts'

function linesOf(text: string) {
  const { root } = readTree(text)
  return root.blocks.flatMap((block) =>
    block.kind === 'text'
      ? block.lines.map(({ number, end, text: said }) => [number, end, said])
      : block.kind === 'section'
        ? [[block.section.line.number, block.section.line.end, block.section.line.text]]
        : [],
  )
}

describe('a paragraph', () => {
  it('goes on below, with lower or upper case', () => {
    expect(
      linesOf(
        'We leave the old store running beside the new one until the\nerror rate of both has been equal for a day. Then the\nPlatform team takes the old one away.',
      ),
    ).toEqual([
      [
        1,
        3,
        'We leave the old store running beside the new one until the error rate of both has been equal for a day. Then the Platform team takes the old one away.',
      ],
    ])
  })

  it.each([
    'Day 1: one percent of all of the users in the first region\nDay 2: ten percent of all of the users in both of the regions',
    'Send ten percent of all of the traffic to version two of it\nWatch the board',
    'The error rate of the new version has to stay below 1 %.\nThe p95 of it has to stay below 300 ms, in both regions.',
    'We leave the old store running beside the new one until the  \nerror rate of both has been equal for a day.',
    'Errors stay under one percent and nobody has to be woken up\n**Owner:** Platform',
    'Errors stay under one percent and nobody has to be woken up\n✅ tested',
  ])('is as many lines as its author set apart: %j', (text) => {
    expect(linesOf(text).map(([, , said]) => said)).toHaveLength(2)
  })
})

it('labels keep all that they say, over lines and brackets', () => {
  const text =
    '# Plan\n\n### Stage 1: Shadow\n**Entry criteria**: the parity check has held for the whole of the\nobservation window, and nothing is open.\n\n**Exit criteria** (for at least one full business cycle, that is a\nweek with an on-call rotation):\n- Error rate < 1%\n'
  const [phase] = importMarkdown(text, 'plan.md').draft.phases
  expect(phase?.entryCriteria).toMatchObject([
    {
      text: 'the parity check has held for the whole of the observation window, and nothing is open.',
      source: { start: 4, end: 5 },
    },
  ])
  expect(phase?.criteria.map(({ text: said }) => said)).toEqual(['Error rate < 1%'])
})
