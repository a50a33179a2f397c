/** The findings of `tidegate bind` as lines: what the plan says at which line, and what holds it. */
import type { Finding } from '../core/plan/bind/propose/proposal.ts'
import type { CliContext } from './context.ts'
import { fitText, type Line, renderLine, type Tone, textWidth, wantsColour } from './styled-line.ts'
import { inlineYaml } from './write-proposals.ts'

const titles: Record<Finding['section'], string> = {
  plan: 'Document',
  service: 'Service',
  metrics: 'Metrics',
  steps: 'Steps',
  criteria: 'Criteria',
  triggers: 'Triggers',
  checklists: 'Checklists',
  dependencies: 'Dependencies',
  flags: 'Flags',
  people: 'People',
  rollback: 'Going back',
}
const marks: Record<Finding['state'] | 'needed', { mark: string; tone: Tone; word: string }> = {
  bound: { mark: '●', tone: 'good', word: 'bound' },
  measured: { mark: '●', tone: 'good', word: 'measured' },
  proposed: { mark: '+', tone: 'active', word: 'proposed' },
  suggested: { mark: '?', tone: 'warning', word: 'perhaps' },
  unbound: { mark: '○', tone: 'quiet', word: 'unbound' },
  needed: { mark: '✗', tone: 'bad', word: 'needed' },
}
const widestWords = 44

export function bindView(
  findings: readonly Finding[],
  context: Pick<CliContext, 'isTty' | 'columns' | 'env'>,
): string[] {
  const colour = wantsColour(context)
  const width = context.isTty ? context.columns() : Number.POSITIVE_INFINITY
  const room = Math.min(widestWords, Math.max(...findings.map(({ says }) => textWidth(says))))
  const sections = Map.groupBy(findings, ({ section }) => section)
  const lines = [...sections].flatMap(([section, list]): Line[] => [
    [{ text: titles[section], tone: 'strong' }],
    ...list.map((finding): Line => lineOf(finding, room)),
    [],
  ])
  return lines.map((line) => renderLine(line, width, colour))
}

function lineOf(finding: Finding, room: number): Line {
  const { says, source, reason = '', otherwise, state } = finding
  const { mark, tone, word } = marks[state === 'unbound' && otherwise === undefined ? 'needed' : state]
  const place = source ? `${source.start}` : ''
  const rest =
    state === 'unbound' ? (otherwise ?? `for a person to decide: ${finding.fill?.hint ?? ''}`) : describe(finding)
  return [
    { text: `${place.padStart(5)}  ${fitText(says, room)}  ` },
    { text: `${mark} ${word.padEnd(8)} `, tone },
    { text: rest },
    { text: reason === '' || state === 'bound' ? '' : `  (${reason})`, tone: 'quiet' },
  ]
}

function describe({ value, section, path, otherwise, state }: Finding): string {
  const shown = section === 'metrics' && typeof value === 'object' ? withoutWords(value) : value
  const text = inlineYaml(shown)
  const key = section === 'metrics' ? `${path.at(-1)}: ` : ''
  return `${key}${text}${state === 'suggested' && section !== 'metrics' ? `; until then ${otherwise ?? 'it cannot start'}` : ''}`
}

/** The words stand in the line already. */
function withoutWords(value: object | null): object {
  const { says: _, ...query } = { says: undefined, ...value }
  return query
}
