/** Rule: a blank is left to be filled in. */
import type { Finding, LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'

export const placeholder: LintRule = {
  id: 'PLACEHOLDER',
  severity: 'warning',
  summary: 'a blank is left to be filled in: `[FILL_IN]`, `____`, TBD, `<queue-address>`, `YOUR_KEY`',
  why: 'Whoever runs the plan meets it at the worst time.',
  instead: 'Fill it in, or take the line out.',
  check: (draft) => {
    const found = textsOf(draft).flatMap(({ line, text, isCode }) =>
      [...text.matchAll(isCode ? codePattern : textPattern)].map(([blank]) => ({ line, blank })),
    )
    // One blank in twenty places is one thing to fill in.
    return [...Map.groupBy(found, ({ blank }) => blank)].map(([blank, places]): Finding => {
      const [line = 1, ...more] = new Set(places.map((place) => place.line))
      const elsewhere = more.length > 0 ? `, here and on ${more.length === 1 ? 'line' : 'lines'} ${listed(more)}` : ''
      return {
        source: { start: line, end: line },
        message: `"${blank}" is still to be filled in${elsewhere}`,
        hint: 'fill it in, or take it out',
      }
    })
  },
  examples: {
    finds: [
      '- Dev lead: [NAME]',
      '**Signed:** ______',
      '**Duration:** TBD',
      '```bash\ngit checkout <previous-tag>\n```',
      '```env\nAPI_KEY=YOUR_API_KEY\n```',
    ],
    accepts: [
      '- [ ] Backup taken',
      '```bash\ncat <input.txt >output.txt\n```',
      'See [the runbook](runbook.md).',
      '- Latency < 5s and errors > 1',
      '- The report says [OK]',
      '```\n[Rollout] share is ${{Shop.SHARE}}\n```',
    ],
  },
}

const words = String.raw`(?<![\p{L}\d_])(?:TBD|TBC|TODO|FIXME|XXX+)(?![\p{L}\d_])|(?<![\p{L}\d])(?:YOUR|your)[_-][A-Za-z_-]{2,40}|#X{3,}|(?<![\p{L}\d])v?X\.Y(?:\.Z)?(?![\p{L}\d])`
/** In capitals any words are a blank; in small letters "[Rollout]" is as often the name of a log. */
const blanks = String.raw`_{4,}|(?<!\$)\{\{[^{}]{1,40}\}\}|\[(?!(?:OK|PASS|FAIL|WARN|INFO|ERROR|DEBUG|DONE|SKIP|NEW|WIP|GO|NOGO|YES|NO|CRITICAL|HIGH|MEDIUM|LOW|OPTIONAL|REQUIRED|IMPORTANT|NOTE|TIP|WARNING|CAUTION)\])(?:[A-ZÀ-Ý][A-ZÀ-Ý0-9]{1,}(?:[ _/-][A-ZÀ-Ý0-9]+){0,4}|(?:[Ff]ill|FILL)[ _-]?(?:[Ii]n|IN)|(?:[Nn]ame|[Dd]ate|[Cc]ontact|[Hh]ostname|[Uu]rl|[Oo]wner|[Tt]odo|[Tt]bd|[Vv]ersion|[Nn]umber|[Ll]ink|[Pp]hone|[Ee]mail|[Ii]nsert|[Yy]our)(?: [^\]]{1,40})?)\]`
const angled = '<[a-z][a-z0-9]{0,30}(?:[-_][a-z0-9]{1,30}){1,6}>'
const textPattern = new RegExp(`${words}|${blanks}|${angled}`, 'gu')
/** In code a single word in angle brackets is a blank as well, but a redirection is not. */
const codePattern = new RegExp(
  `${words}|${blanks}|${angled}|(?<=[\\s=/:@"'])<(?!(?:description|message|reason|text|summary)>)[a-z]{2,30}>(?=[\\s/:@"']|$)`,
  'gu',
)

/** At most five; who wants more searches for the blank. */
function listed(lines: readonly number[]): string {
  return lines.length <= 5 ? lines.join(', ') : `${lines.slice(0, 5).join(', ')} and ${lines.length - 5} more`
}
