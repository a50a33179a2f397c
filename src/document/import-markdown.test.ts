import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlanDraft } from '../core/plan/draft.ts'
import { lintDraft } from '../core/plan/lint/lint.ts'
import { importMarkdown } from './import-markdown.ts'
import { documentLimitBytes } from './markdown/limit-text.ts'

const day = 86_400_000

function phasesOf(text: string) {
  return importMarkdown(text, 'plan.md').draft.phases
}

describe('importMarkdown', () => {
  it('reads a document with a byte order mark and Windows lines as one without', () => {
    const plain = '# Plan\n\n## Phase 1: A (10% traffic)\n**Success criteria:**\n- [x] Error rate < 1%\n'
    expect(importMarkdown(`\u{feff}${plain.replaceAll('\n', '\r\n')}`, 'plan.md')).toEqual(
      importMarkdown(plain, 'plan.md'),
    )
  })

  it('reads a rendered document as its author wrote it, at the lines it has now', () => {
    const own = '# Plan\n\n- [ ] Backups\n\n## Phase 1: A\n\n\n\n| Phase | Status |\n|---|---|\n| A | Open |\n'
    const rendered = own
      .replace('- [ ] Backups', '- [x] Backups — ✔ evidence: signed by Jo, 2027-01-02 03:04 UTC (r1#e3)')
      .replace('A\n\n\n\n', 'A\n\n> ● completed: took 3 s (r1#e9)\n\n')
      .replace('Open |', '~~Open~~ — now ● completed (r1#e9) |')
    expect(importMarkdown(rendered, 'plan.md')).toEqual(importMarkdown(own, 'plan.md'))
  })

  it('reads positions in weeks and days', () => {
    const timings = ['Week 1, Day 3', 'Week 2, Day 1-2', 'Day 3', 'Week 4+', '24-48 hours', '1h45', 'ongoing']
    const read = timings.map((timing) => phasesOf(`## Phase 1: A\n**Timing:** ${timing}`)[0]?.timing)
    expect(read.map((timing) => [timing?.startOffsetMs, timing?.durationMs])).toEqual([
      [2 * day, [day, day]],
      [7 * day, [2 * day, 2 * day]],
      [2 * day, [day, day]],
      [21 * day, undefined],
      [undefined, [day, 2 * day]],
      [undefined, [6_300_000, 6_300_000]],
      [undefined, undefined],
    ])
  })

  it('reads stages inside a phase, and a day in the week of its phase', () => {
    const [phase] = phasesOf(
      '## Phase 2: All\n**Timing:** Week 2, Day 1-2\n\n1. Raise\n   - Day 1: 50% traffic\n   - Day 2: 100% traffic',
    )
    expect(phase?.stages).toMatchObject([
      {
        name: 'Day 1',
        percent: 50,
        source: { start: 5, end: 5 },
        timing: { startOffsetMs: 7 * day, durationMs: [day, day] },
      },
      { name: 'Day 2', percent: 100, source: { start: 6, end: 6 }, timing: { startOffsetMs: 8 * day } },
    ])
  })

  it('merges a stage that a timeline says again', () => {
    const phases = phasesOf(
      '## Phase 1: Pilot\n\n## Phase 2: Everyone (100%)\n\n## Timeline\n| Phase | Day | Status |\n|---|---|---|\n| Pilot | 1-2 | Done |\n| Phase 2 | 3 | Pending |',
    )
    expect(phases.map(({ name, timing }) => [name, timing?.startOffsetMs])).toEqual([
      ['Phase 1: Pilot', 0],
      ['Phase 2: Everyone (100%)', 2 * day],
    ])
  })

  it('takes a numbered phase behind a flag for a phase, and one that lists flags for a list', () => {
    const steps = '**Steps:**\n1. Turn it on\n'
    expect(phasesOf(`## Phase 1: Behind the flag\n${steps}`).map(({ name }) => name)).toEqual([
      'Phase 1: Behind the flag',
    ])
    expect(phasesOf(`## Phase 1: Web\n${steps}\n## Phase 2: Feature Flags\n- a.b: on`).map(({ name }) => name)).toEqual(
      ['Phase 1: Web'],
    )
  })

  it('reads an arrow ladder and shares as items', () => {
    expect(phasesOf('## Phase 1: Web\n**Traffic:** 25% → 50% → 100%')[0]?.stages.map(({ percent }) => percent)).toEqual(
      [25, 50, 100],
    )
    expect(phasesOf('## Phase 1: Web\n- 10% for 24 hours\n- 50% traffic')[0]?.stages).toMatchObject([
      { percent: 10, timing: { durationMs: [day, day] } },
      { percent: 50 },
    ])
  })

  it('does not take look-alikes for stages', () => {
    expect(
      phasesOf(
        '# Phased plan\n\n## Phase 4: Success criteria\n- Errors < 1%\n\n## Phase 5 (Future)\n\n## Rollout checklist\n\n### Day 1: Pilot\n- [ ] Tell support',
      ),
    ).toEqual([])
  })

  it('reports an impossible share and an unreadable number with their lines, and guesses neither', () => {
    const { draft, diagnostics } = importMarkdown(
      '## Phase 1: Pilot (120% traffic)\n**Success criteria:**\n- Errors < TBD\n- Uptime > 250%',
      'plan.md',
    )
    expect(diagnostics).toMatchObject([
      { ruleId: 'PERCENT_RANGE', severity: 'error', source: { file: 'plan.md', start: 1 } },
      { ruleId: 'CONDITION_UNREAD', severity: 'warning', source: { start: 3, end: 3 } },
      { ruleId: 'PERCENT_RANGE', severity: 'error', source: { start: 4, end: 4 } },
    ])
    expect(draft.phases[0]?.percent).toBeUndefined()
    expect(draft.phases[0]?.criteria.map(({ form }) => form)).toEqual(['words', 'words'])
  })

  it('reads a label right under a list, without an empty line, as its author meant it', () => {
    const [phase] = phasesOf(
      '## Phase 1: A\n**Success criteria:**\n- Errors < 1%\n**Rollback trigger:**\n- Errors > 4%\n- Users phone\n**Owner:** Ann',
    )
    expect(phase?.criteria.map(({ text }) => text)).toEqual(['Errors < 1%'])
    expect(phase?.triggers.map(({ text, source }) => [text, source.start])).toEqual([
      ['Errors > 4%', 5],
      ['Users phone', 6],
    ])
    const [nested] = phasesOf('## Phase 1: A\n- **Stage notes**\n  - one\n  - two\n**Rollback trigger:** Errors > 4%')
    expect(nested?.triggers).toMatchObject([{ text: 'Errors > 4%', source: { start: 5, end: 5 } }])
    const [indented] = phasesOf('## Phase 1: A\n- Canary\n  **Rollback trigger:** Errors > 4%')
    expect(indented?.triggers).toMatchObject([{ text: 'Errors > 4%', source: { start: 3, end: 3 } }])
  })

  it('tells code blocks apart', () => {
    const fences = [
      'bash\n# only this',
      'bash\nMODE=live',
      'bash\nMODE=live ./start',
      'env\nMODE=live',
      'json\n{"a":1}',
      '\nPORT=1\nMODE=a',
      'sh\n<!',
    ]
    const { draft } = importMarkdown(fences.map((fence) => `\`\`\`${fence}\n\`\`\`\n`).join('\n'), 'plan.md')
    expect(draft.code.map(({ content }) => content)).toEqual([
      'comments',
      'settings',
      'commands',
      'settings',
      'other',
      'settings',
      'commands',
    ])
  })

  it('takes the rollback budget from the rollback section first', () => {
    expect(
      importMarkdown('Errors > 2% → rollback within 5 min\n\n## Rollback (< 90 seconds)\n1. Flip', 'p.md').draft
        .rollback,
    ).toMatchObject({ budgetMs: 90_000, budgetSource: { start: 3 } })
  })

  it('lists the lines that gave no fact', () => {
    const { draft } = importMarkdown(
      '# P\n\nSome prose\nof two lines.\n\n## Phase 1: A\n**Goal:** learn\n**Steps:**\n1. Go',
      'p.md',
    )
    expect(draft.unread).toEqual([
      { source: { start: 3, end: 3 }, text: 'Some prose' },
      { source: { start: 4, end: 4 }, text: 'of two lines.' },
    ])
  })

  it('refuses a document over the limit with one error and a title', () => {
    const { draft, diagnostics } = importMarkdown('é'.repeat(documentLimitBytes / 2 + 1), 'plans/big.md')
    expect(draft.title).toBe('big')
    expect(diagnostics).toMatchObject([{ ruleId: 'DOCUMENT_TOO_LARGE', severity: 'error' }])
  })

  it.each([
    ['NUL bytes', 'a\0b\n## Phase 1\n', 'CONTROL_CHARACTER'],
    ['escape sequences of terminals', '- Errors < 1%\u{1b}[2K', 'CONTROL_CHARACTER'],
    [
      'UTF-16',
      new TextDecoder().decode(new Uint8Array(new Uint16Array([...'## Phase 1'].map((c) => c.charCodeAt(0))).buffer)),
      'CONTROL_CHARACTER',
    ],
    ['bytes of Latin-1', new TextDecoder().decode(Uint8Array.from('\u{c9}tape 1', (c) => c.charCodeAt(0))), 'NOT_UTF8'],
    ['text that turns around', '- Errors < \u{202e}%1\u{202c}', 'WRITING_DIRECTION'],
    ['a megabyte in one line', `- ${'errors < 1% '.repeat(85_000)}`, 'DOCUMENT_TOO_LARGE'],
    ['an endless line', 'x'.repeat(200_000), 'LINE_TOO_LONG'],
    ['quotes inside quotes', `${'>'.repeat(3_000)} a`, 'NESTED_TOO_DEEP'],
    ['numbers inside numbers', `${'1. '.repeat(30)}a`, 'NESTED_TOO_DEEP'],
    [
      'lists inside lists',
      Array.from({ length: 230 }, (_, depth) => `${' '.repeat(depth * 2)}- a`).join('\n'),
      'NESTED_TOO_DEEP',
    ],
    [
      'phases without end',
      Array.from({ length: 1_500 }, (_, number) => `## Phase ${number}: p${number}`).join('\n'),
      'TOO_MANY_PHASES',
    ],
    ['marks without end', '~a*b**c_[\n'.repeat(4_000), 'PARAGRAPH_TOO_LONG'],
  ])('survives %s', (_, text, ruleId) => {
    const started = process.threadCpuUsage()
    const { draft, diagnostics } = importMarkdown(`${text}\n`, 'p.md')
    lintDraft(draft)
    expect(diagnostics.map((diagnostic) => diagnostic.ruleId)).toContain(ruleId)
    expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(3_000)
  })

  it('reports at most so many lines of one kind, each where it is', () => {
    const { diagnostics } = importMarkdown(`ok\n\n${'a\0b\n'.repeat(100)}`, 'p.md')
    expect(diagnostics.map(({ source }) => source?.start)).toEqual(Array.from({ length: 20 }, (_, index) => index + 3))
    expect(diagnostics.at(-1)?.message).toContain('there may be more')
  })

  it('takes a byte order mark for no text', () => {
    expect(importMarkdown('\u{feff}# Plan of A', 'p.md')).toMatchObject({
      draft: { title: 'Plan of A' },
      diagnostics: [],
    })
  })

  it.each([
    ['an empty risk', '## Risk\n-'],
    ['an empty item under a mitigation', '**Risk:** a\nMitigation:\n1. 1.'],
    ['an empty box in a list of risks', '## Risks\n- [ ] '],
  ])('reads no fact from %s', (_, text) => {
    const { draft } = importMarkdown(text, 'p.md')
    PlanDraft.parse(draft)
    expect([...draft.risks.map((risk) => risk.text), ...draft.risks.flatMap((risk) => risk.mitigations)]).not.toContain(
      '',
    )
  })

  it('names a stage that stands in brackets alone by its share', () => {
    expect(phasesOf('## Phase 2: All\n(1%)')[0]?.stages).toMatchObject([{ name: '1%', percent: 1 }])
  })

  it('takes no label from bold that holds no text', () => {
    const { draft } = importMarkdown('**```\n```**: a\n\n** **: b', 'p.md')
    PlanDraft.parse(draft)
    expect(draft.metadata).toEqual([])
  })

  it('knows the lines of a code block that has no fence', () => {
    const { draft } = importMarkdown('A\n\n    FEATURE_A=[NAME]\n    FEATURE_B=1', 'p.md')
    expect(draft.flags.map(({ key, source }) => [key, source.start])).toEqual([
      ['FEATURE_A', 3],
      ['FEATURE_B', 4],
    ])
    expect(lintDraft(draft).find(({ ruleId }) => ruleId === 'PLACEHOLDER')?.source?.start).toBe(3)
  })

  it('takes names that objects answer to for names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const written = names.map((name) => name.replaceAll('_', '\\_'))
    const text = written
      .map((name) => `## ${name}\n**${name}:** ${name}\n- [ ] ${name} flag \`a.${name}\`\n\n`)
      .join('')
    const table = `## Timeline\n| Phase | ${written.join(' | ')} |\n|---|---|---|---|---|\n| ${written.join(' | ')} | x |\n`
    const { draft } = importMarkdown(text + table, 'p.md')
    PlanDraft.parse(draft)
    expect(Object.keys(draft.timeline[0]?.cells ?? {})).toEqual(['Phase', ...names])
    expect(Object.getPrototypeOf(draft.timeline[0]?.cells)).toBe(Object.prototype)
    expect(draft.checklists.map(({ title }) => title)).toEqual(names)
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('never throws, and always gives a valid draft whose lines exist', () => {
    const piece = fc.constantFrom(
      '## Phase 1: Pilot (10%)',
      '# Plan',
      '### Step 2',
      '**Success Criteria:**',
      '**Rollback trigger:** ',
      '- [x] ',
      '- ✅ Errors < 1%',
      '- p95 > 2s → roll back',
      '1. **Go**',
      '   ```bash',
      '```',
      '# x',
      '| Phase | % | Duration |',
      '|---|---|---|',
      '| A | 10% | 2 h |',
      '> ',
      '---',
      '25% → 50%',
      '**Timing:** Week 1, Day 2-1',
      '\t',
      '\0',
      'â‰¥ 5',
      '<div>',
      '[a]: b',
      '[^1]',
      '__proto__',
      '99999999999999999999%',
    )
    const document = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 10 })), {
        maxLength: 40,
      })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(document, (text) => {
        const { draft, diagnostics } = importMarkdown(text, 'p.md')
        const lines = text.split(/\r\n?|\n/).length
        PlanDraft.parse(draft)
        for (const { source } of [...diagnostics, ...lintDraft(draft), ...draft.phases, ...(draft.unread ?? [])])
          expect(source?.end ?? 1).toBeLessThanOrEqual(lines)
      }),
      { seed: 20_260_101, numRuns: 150 },
    )
  })
})
