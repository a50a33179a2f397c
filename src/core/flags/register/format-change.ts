/** A difference between registers in one line: `basket in production: share 10 % → 25 %`. */
import type { RegisterChange } from './diff-registers.ts'

const maximumValue = 120

/** Of a setting that is not there: what that means. */
const unset: Readonly<Record<string, string>> = { share: '0 %', state: 'on', cohorts: 'none', heldBy: 'nobody' }

export function formatChange({ path, kind, before, after }: RegisterChange): string {
  const [section = '', name = '', ...inside] = path
  if (section === 'environments' || name === '') return `${path.join(' ')}: ${step(section, before, after)}`
  if (section !== 'flags') return `${nouns[section] ?? section} ${name}: ${whole(kind, before, after)}`
  if (kind === 'renamed') return `${String(before)}: is called ${String(after)} now`
  const [part, environment, member] = inside
  if (part === undefined) return `${name}: ${kind === 'added' ? 'new' : 'gone'}`
  if (part !== 'environments') return `${name}: ${step(part, before, after)}`
  return `${name} in ${environment}: ${step(member ?? '', before, after)}`
}

const nouns: Readonly<Record<string, string>> = { cohorts: 'cohort', evaluators: 'evaluator', metadata: 'metadata' }

function whole(kind: RegisterChange['kind'], before: unknown, after: unknown): string {
  if (kind === 'added') return `new, ${valueText('', after)}`
  return kind === 'removed' ? 'gone' : `${valueText('', before)} → ${valueText('', after)}`
}

const step = (member: string, before: unknown, after: unknown): string =>
  `${member} ${valueText(member, before)} → ${valueText(member, after)}`

function valueText(member: string, value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return unset[member] ?? 'nothing'
  if (member === 'share') return `${String(value)} %`
  if (member === 'heldBy') {
    const { effect, fence } = value as { effect: string; fence: number }
    return `${effect} (fence ${fence})`
  }
  const isNames = Array.isArray(value) && value.every((one) => typeof one === 'string')
  const text = isNames ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > maximumValue ? `${text.slice(0, maximumValue)} …` : text
}
