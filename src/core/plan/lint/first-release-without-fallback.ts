/** Rule: a first release has no version to go back to, and the plan declares nothing else. */
import type { LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'

export const firstReleaseWithoutFallback: LintRule = {
  id: 'FIRST_RELEASE_WITHOUT_FALLBACK',
  severity: 'error',
  summary: 'the document says that there is no earlier version, and not what users get when this one is taken away',
  why: 'Going back then means share 0 and nothing behind it. Without a declared fallback, a rollback is an outage that nobody decided.',
  instead:
    'Say what takes over: a maintenance page, the old process by hand, a waiting list. And that share 0 leads there.',
  check: (draft) => {
    const texts = textsOf(draft).filter(({ isCode }) => !isCode)
    const said = texts.find(({ text }) => first.test(text))
    if (!said || texts.some(({ text }) => fallback.test(text))) return []
    const message = 'there is no earlier version, and nothing says what users get when this one is taken away'
    return [
      {
        source: { start: said.line, end: said.line },
        message,
        hint: 'declare a fallback: "share 0, maintenance page"',
      },
    ]
  },
  examples: {
    finds: ['## Rollback\n- This is a greenfield launch: there is no previous version to return to'],
    accepts: [
      '## Rollback\n- There is no previous version: set the weight to 0 and show the maintenance page',
      '## Rollback\n- Return to the previous version',
      '## Revision history\n- 2026-02-08: Initial version',
    ],
  },
}

const first =
  /\bno (?:previous|prior|earlier|existing) (?:version|release|deployment)\b|\bgreenfield\b.{0,20}\b(?:launch|release|deployment)\b|\bnothing to (?:roll|fall|go) back to\b/i
const fallback =
  /\bfall-?back (?:to|page|is|process)\b|\bmaintenance (?:page|mode)\b|\b(?:weight|share|traffic|percent\w*)\b.{0,20}\b(?:to|at|=) ?0\b|\bdecommission|\btake\w* (?:it |the (?:service|site|app) )?(?:down|offline)\b|\bwait(?:ing)? ?list\b|\bholding page\b|\bby hand\b|\bmanual process\b|\bstatic page\b|\bscale\w*\b.{0,20}\bto (?:0|zero)\b/i
