/** Rendering changes what it must and nothing else: not a byte of the author's, not a fact that the document states. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planOfDraft } from '../../../test/fixtures/plan-of-draft.ts'
import { renderedLines, statusFor } from '../../../test/fixtures/rendered.ts'
import type { Gate } from '../../core/plan/gate.ts'
import type { DocumentStatus } from '../../core/release/document-status.ts'
import { importMarkdown } from '../import-markdown.ts'
import { applyEdits } from './edit.ts'
import { withoutFragments } from './fragment.ts'
import { type RenderedDocument, renderDocument } from './render-document.ts'

const plan = `# Rollout

- [x] Backups tested
- [ ] Runbook read

## Phase 1: Staging

**Success criteria:**
- [x] No errors in logs

## Phase 2: Canary (10% Traffic)
**Steps:**
1. Route traffic

**Success criteria:**
- [ ] Error rate < 1%
- ✅ p95 < 500ms

**Rollback triggers:**
- Error rate > 5%
- Any security incident

## Timeline

| Phase | Status | Note |
|-------|--------|------|
| Staging | ✅ Done | |
| Canary | ⏳ Pending | see above |
`

function render(text: string, status: DocumentStatus, options = {}): RenderedDocument {
  const rendered = renderDocument(text, status, options)
  if ('refused' in rendered) throw new Error(rendered.refused)
  return rendered
}

const succeeded = statusFor(plan)
const wentBack = statusFor(plan, { requestsPerSecond: 2_000, errorRate: (arm) => (arm === 'candidate' ? 0.3 : 0) })
const waiting = statusFor(plan, { signs: false })
const lineWith = (text: string, words: string): string => text.split(/\r?\n/).find((line) => line.includes(words)) ?? ''

describe('what is written', () => {
  const { text, ticks } = render(plan, succeeded)

  it('ticks boxes that evidence earned, and says what it was', () => {
    expect(lineWith(text, 'Runbook')).toMatch(
      /^- \[x\] Runbook read — ✔ evidence: signed by rina for Release Manager, 2026-03-02 09:00 UTC \(r1#e\d+\)$/,
    )
    expect(lineWith(text, 'Error rate < 1%')).toMatch(/^- \[x\] Error rate < 1% — ✔ evidence: 0(?:\.\d+)? % < 1 % \(/)
    expect(ticks).toBe(2)
  })

  it('never lets a claim look like evidence', () => {
    expect(lineWith(text, 'Backups')).toMatch(/^- \[x\] Backups tested — ✔ claim, with evidence: signed by rina/)
    expect(lineWith(text, 'p95')).toMatch(/^- ✅ p95 < 500ms — ✔ claim, with evidence: /)
    const claim = lineWith(render(plan, waiting).text, 'Backups')
    expect(claim).toMatch(/^- \[x\] Backups tested — ○ claim, no evidence, .*\(r1#e\d+\)$/)
  })

  it('says nothing where the release needs nothing yet', () => {
    const early = render(plan, waiting).text
    expect(lineWith(early, 'Runbook')).toBe('- [ ] Runbook read')
    expect(lineWith(early, 'No errors in logs')).toBe('- [x] No errors in logs')
    expect(early).toContain('## Phase 2: Canary (10% Traffic)\n**Steps:**')
  })

  it('puts phases under their headings and into the status column, over the author’s word', () => {
    expect(text).toMatch(/## Phase 1: Staging\n\n> ● completed: took 0 ms, .*\(r1#e\d+\)\n\n\*\*Success/)
    expect(text).toMatch(
      /10% Traffic\)\n\n> ● completed: .* · ✔ passed: 10 % read back, baked 3 s of 3 s, .*\n\n\*\*Steps/,
    )
    expect(lineWith(text, '| Staging')).toMatch(/^\| Staging \| ✅ Done — ● completed: took 0 ms, .*\) \| \|$/)
    expect(lineWith(text, '| Canary')).toMatch(
      /^\| Canary \| ~~⏳ Pending~~ — now ● completed: .*\(r1#e\d+\) \| see above \|$/,
    )
  })

  it('says of a rollback what fired, and what was not reached', () => {
    const back = render(plan, wentBack).text
    expect(lineWith(back, 'Error rate > 5%')).toMatch(/^- Error rate > 5% — ✖ fired: 30 % over 10 s \(\d+ samples\), /)
    expect(lineWith(back, 'security')).toMatch(
      /^- Any security incident — ○ not measured: Release Manager reports it \(r1#e1\)$/,
    )
    expect(lineWith(back, 'Error rate < 1%')).toMatch(
      /^- \[ \] Error rate < 1% — ✖ evidence against it: 30 %, asked for < 1 %/,
    )
    expect(back).toMatch(/^# Rollout\n\n> ⟲ Tidegate release r1: All traffic of backend is back at v1, /)
  })

  it('links evidence to a report where there is one', () => {
    const linked = render(plan, succeeded, { report: 'reports/r1.md' }).text
    expect(lineWith(linked, 'Runbook')).toMatch(/\(\[r1#e\d+\]\(reports\/r1\.md#sign-offs\)\)$/)
    expect(render(linked, succeeded, { report: 'reports/r1.md' }).edits).toEqual([])
  })

  it('says at the line of a window which phases it let through', () => {
    const text = plan.replace('## Timeline', '## Deployment windows\n\n- Mon–Thu 09:00–16:00 UTC\n\n## Timeline')
    const { draft } = importMarkdown(text, 'plan.md')
    const [line] = draft.windows
    const made = planOfDraft(draft)
    const gate = (id: string): Gate => ({
      id,
      text: line?.text ?? '',
      source: line?.source ?? { start: 1, end: 1 },
      kind: 'window',
      windows: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', zone: 'UTC' }],
    })
    const phases = made.phases.map((phase) => ({ ...phase, entry: [...phase.entry, gate(`${phase.id}/window`)] }))
    const status = statusFor(text, {}, { ...made, phases })
    const said = render(text, status)
    expect(said.lost).toEqual([])
    expect(lineWith(said.text, 'Mon–Thu')).toMatch(
      /^- Mon–Thu 09:00–16:00 UTC — ✔ evidence: Phase 1: Staging open when it was asked; Phase 2: .* \(r1#e\d+(?:, #?e\d+)?\)$/,
    )
  })

  it('ticks no box of which only a part is known', () => {
    const two =
      '# Plan\n\n## Phase 1: Canary (10% traffic)\n**Success criteria:**\n- [ ] Error rate < 1% and p95 < 2s\n'
    const status = statusFor(two)
    const first = status.statements.find(({ kind }) => kind === 'criterion')
    if (first) first.state = 'undecided'
    expect(lineWith(render(two, status).text, 'p95')).toMatch(/^- \[ \] .* — ◐ evidence so far: /)
  })
})

describe('changed documents', () => {
  it('finds statements that moved by their words', () => {
    const moved = plan.replace('# Rollout\n', '# Rollout\n\nA new paragraph.\n\nAnother one.\n')
    const { text, lost } = render(moved, succeeded)
    expect(lost).toEqual([])
    expect(withoutFragments(text).replace(/\n{2,}/g, '\n')).toBe(moved.replace(/\n{2,}/g, '\n'))
  })

  it('writes nothing beside a statement that was reworded, and takes its old evidence away', () => {
    const reworded = render(plan, succeeded).text.replace('Error rate < 1%', 'Error rate < 2%')
    const { text, lost } = render(reworded, succeeded)
    expect(lineWith(text, 'Error rate < 2%')).toBe('- [ ] Error rate < 2%')
    expect(lost.map(({ text: words }) => words)).toEqual(['Error rate < 1%'])
  })

  it('refuses another document, and one that is too large', () => {
    expect(renderDocument('# Something else\n\nText.\n', succeeded)).toMatchObject({
      refused: expect.stringContaining('another document'),
    })
    expect(renderDocument('x'.repeat(300_000), succeeded)).toMatchObject({ refused: expect.stringContaining('bytes') })
  })

  it('takes the place of what another release wrote', () => {
    const other = { ...succeeded, releaseId: 'r7' }
    const { text } = render(render(plan, succeeded).text, other)
    expect(text).toBe(render(plan, other).text)
  })

  it('takes back a status that a formatter broke into lines, whole', () => {
    const { text } = render(plan, succeeded)
    const wrapped = text.replace(/^(> ● Tidegate release r1: v2) (of backend) /m, '$1\n> $2 ')
    expect(wrapped).not.toBe(text)
    expect(importMarkdown(wrapped, '').draft.unread).toEqual(importMarkdown(plan, '').draft.unread)
    expect(render(wrapped, succeeded).text).toBe(text)
  })

  it('survives a formatter: padded tables, other bullets', () => {
    const { text } = render(plan, succeeded)
    const formatted = text.replaceAll(/^- /gm, '* ').replaceAll(/\) \|/g, ')      |')
    expect(importMarkdown(formatted, '').draft.timeline.map(({ status }) => status)).toEqual(['Done', 'Pending'])
    expect(render(formatted, succeeded).edits).toEqual([])
  })
})

describe('bytes', () => {
  it('keeps Windows lines, a byte order mark, wrong encodings and trailing spaces', () => {
    const odd = `\u{feff}${plan.replace('- Error rate > 5%', '- Error rate â‰¥ 5%  ').replaceAll('\n', '\r\n')}`
    const { text, edits } = render(odd, statusFor(odd))
    expect(text).not.toMatch(/[^\r]\n/)
    expect(text).toMatch(/- Error rate â‰¥ 5% — ○ did not fire.*\) {2}\r\n/)
    expect(text.startsWith('\u{feff}# Rollout\r\n\r\n> ●')).toBe(true)
    expect(applyEdits(odd, edits)).toBe(text)
  })

  it('removes nothing of the author’s but the space in a box', () => {
    for (const { offset, length, insert } of render(plan, succeeded).edits)
      expect([plan.slice(offset, offset + length), insert]).toEqual(length === 0 ? ['', insert] : [' ', 'x'])
  })
})

const word = fc.constantFrom('latency', 'error rate', 'checkout', 'login', 'queue depth', 'p95', 'CPU')
const box = fc.constantFrom('- [ ] ', '- [x] ', '- ', '* ✅ ', '1. [ ] ', '  - [ ] ')
const statement = fc.oneof(
  fc
    .tuple(box, word, fc.constantFrom('< 1%', '> 5%', '≥ 99.9% for 5 minutes', '< 500ms (p95)'))
    .map((parts) => `${parts[0]}${parts[1]} ${parts[2]}`),
  fc.tuple(box, word, word).map(([mark, a, b]) => `${mark}${a} and ${b} look good\\\n  and stay so`),
  fc.constantFrom(
    '',
    'Prose goes here.',
    '**Owner:** Platform  ',
    '> quoted',
    '---',
    '```sh\nkubectl apply -f x\n```',
    '<!-- hidden -->',
  ),
)
const block = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('**Success criteria:**', '**Rollback triggers:**', '**Steps:**', ''),
      fc.array(statement, { maxLength: 5 }),
    )
    .map(([title, lines]) => [title, ...lines].join('\n')),
  fc
    .tuple(word, word)
    .map(
      ([a, b]) =>
        `| Metric | Target | Rollback if | Actual |\n|---|---|---|---|\n| ${a} | < 1% | > 5% | |\n| ${b} | < 2s | > 4s | n/a |`,
    ),
  fc.constantFrom(
    '| Phase | Status |\n|---|---|\n| Phase 1 | ⏳ Pending |\n| Phase 2 | |',
    'Day 1: 10% traffic',
    '10% → 50% → 100% over 3 days',
  ),
)
const section = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    word,
    fc.constantFrom('', ' (10% traffic)', ' (50%)'),
    fc.array(block, { maxLength: 4 }),
    fc.boolean(),
  )
  .map(
    ([ordinal, name, share, blocks, tight]) =>
      `## Phase ${ordinal}: ${name}${share}\n${tight ? '' : '\n'}${blocks.join('\n\n')}`,
  )
const rest = fc.constantFrom(
  '## Prerequisites\n\n- [ ] Backups\n- [x] On-call',
  '## Rollback plan\n\nWithin 10 minutes.\n\n1. Switch back',
  '',
)
const documents = fc
  .tuple(
    fc.array(section, { minLength: 1, maxLength: 4 }),
    rest,
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n'),
  )
  .map(([sections, tail, newline, end]) =>
    `${['# Plan', ...sections, tail].join('\n\n')}${end}`.replaceAll('\n', newline),
  )

describe('any document', () => {
  it('states the same after rendering, line by line, and is rendered once', () => {
    fc.assert(
      fc.property(documents, fc.boolean(), (text, isBad) => {
        const { draft } = importMarkdown(text, 'plan.md')
        const status = statusFor(
          text,
          { errorRate: (arm) => (isBad && arm === 'candidate' ? 0.2 : 0.002) },
          planOfDraft(draft),
        )
        const first = renderDocument(text, status)
        if ('refused' in first) return expect(first.refused).toContain('another document')
        expect(renderedLines(text, first.text).importedBack(importMarkdown(first.text, 'plan.md'))).toEqual(
          importMarkdown(text, 'plan.md'),
        )
        expect(renderDocument(first.text, status)).toMatchObject({ edits: [] })
      }),
      { numRuns: 60 },
    )
  })

  it('says the newer state after an older one, as if the older had never been written', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const older = renderDocument(text, statusFor(text, { signs: false }))
        const newer = statusFor(text)
        if ('refused' in older) return
        expect(withoutFragments(render(older.text, newer).text)).toBe(withoutFragments(render(text, newer).text))
      }),
      { numRuns: 30 },
    )
  })

  it('stays what it is, whatever words the evidence has', () => {
    const hostile = fc.constantFrom(
      '-->',
      '<!-- ',
      '| a | b |',
      '\n\n# Phase 9 (90%)\n',
      '(r6#e12)',
      ' — ✔ evidence: ',
      '`',
      '~~',
      '[x](javascript:alert(1))',
      '- [x] done',
    )
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (parts) => {
        const statements = succeeded.statements.map((one) => ({ ...one, detail: parts.join('') }))
        const { text } = render(plan, { ...succeeded, releaseId: 'r)\n1', statements })
        expect(renderedLines(plan, text).importedBack(importMarkdown(text, ''))).toEqual(importMarkdown(plan, ''))
      }),
      { numRuns: 40 },
    )
  })
})
