/** Settings before the text of a document. */
import { describe, expect, it } from 'vitest'
import { importMarkdown } from '../import-markdown.ts'
import { takeFrontMatter } from './front-matter.ts'

const settings = '---\ntitle: "Search v2"\nowner: Ada Byron\ntags:\n  - search\n# internal\nstatus:\n---\n'

describe('front matter', () => {
  it('is plain pairs with their lines; the text stays where it was', () => {
    const { fields, text } = takeFrontMatter(`${settings}\n## Phase 1: Canary (5%)\n`)
    expect(fields).toEqual([
      { label: 'title', value: 'Search v2', line: 2 },
      { label: 'owner', value: 'Ada Byron', line: 3 },
    ])
    expect(text.split('\n').indexOf('## Phase 1: Canary (5%)')).toBe(9)
  })

  it.each([
    '---\n\nText after a rule\n\n---\n',
    '# Plan\n\n---\nowner: Ada\n---\n',
    '---\nowner: Ada\n',
    '---\nowner: Ada\nWe go on Monday.\n---\n',
    '---\n---\n',
  ])('is not %j', (text) => {
    expect(takeFrontMatter(text)).toEqual({ fields: [], text })
  })

  it('names the plan where no heading does, and its owner', () => {
    const { draft } = importMarkdown(`${settings}\nWe go to 10% of users, then 100%.\n`, 'plan.md')
    expect([draft.title, draft.owners.map(({ name }) => name)]).toEqual(['Search v2', ['Ada Byron']])
    expect(draft.phases.map(({ percent }) => percent)).toEqual([10, 100])
    expect(draft.metadata).toContainEqual({
      source: { start: 3, end: 3 },
      rule: 'metadata/front-matter',
      label: 'owner',
      value: 'Ada Byron',
    })
  })

  it('gives way to the heading of the document', () => {
    expect(importMarkdown(`${settings}# Rollout of search\n`, 'plan.md').draft.title).toBe('Rollout of search')
  })
})
