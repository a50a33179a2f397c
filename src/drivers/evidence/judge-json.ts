/** Compares the values of a JSON report with what is expected of them. What is missing, or of another type, is never as expected. */
import { z } from 'zod'
import type { JsonCheck, JsonExpectation } from '../../core/plan/operator-report-checks.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { valueAt } from './json-pointer.ts'
import { listed, oneLine } from './word-evidence.ts'

const Time = z.iso.datetime({ offset: true })

export function judgeJson({ expect, subject = {}, producedAt }: JsonCheck, document: unknown): CheckEvidence {
  const seen = expect.map((expectation) => compare(expectation, valueAt(document, expectation.pointer)))
  const lines = seen.map(({ line }) => line)
  const problems = seen.filter(({ holds }) => !holds).map(({ line }) => line)
  const note = (problem: string) => {
    lines.push(problem)
    problems.push(problem)
  }
  const about: NonNullable<CheckEvidence['subject']> = {}
  for (const key of ['commit', 'artefactDigest'] as const) {
    const pointer = subject[key]
    const value = pointer === undefined ? undefined : valueAt(document, pointer)
    if (typeof value === 'string' && value !== '') about[key] = value
    else if (pointer !== undefined) note(`${pointer} should name the ${key}: it is ${shown(value)}`)
  }
  const time = producedAt === undefined ? undefined : Time.safeParse(valueAt(document, producedAt))
  if (time?.success === false)
    note(`${producedAt} should be a time with an offset: it is ${shown(valueAt(document, producedAt ?? ''))}`)
  return {
    verdict: problems.length === 0 ? 'passed' : 'failed',
    summary: problems.length === 0 ? `${expect.length} of ${expect.length} as expected` : listed(problems),
    details: lines,
    ...(Object.keys(about).length > 0 ? { subject: about } : {}),
    ...(time?.success ? { producedAt: new Date(time.data).toISOString() } : {}),
  }
}

function compare({ pointer, comparator, value }: JsonExpectation, seen: unknown): { holds: boolean; line: string } {
  const place = pointer === '' ? 'the document' : pointer
  const line = `${place} is ${shown(seen)}, expected ${comparator} ${JSON.stringify(value)}`
  // JSON has no infinity, but 1e999 is read as one.
  if (typeof seen !== typeof value || (typeof seen === 'number' && !Number.isFinite(seen)))
    return { holds: false, line }
  return { holds: holds(seen, comparator, value), line }
}

function holds(seen: unknown, comparator: JsonExpectation['comparator'], value: JsonExpectation['value']): boolean {
  if (comparator === '==') return seen === value
  if (comparator === '!=') return seen !== value
  if (typeof seen !== 'number' || typeof value !== 'number') return false
  if (comparator === '<') return seen < value
  if (comparator === '<=') return seen <= value
  return comparator === '>' ? seen > value : seen >= value
}

/** As JSON writes it, shortened; `missing` for what is not there. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'number') return `${value}`
  if (Array.isArray(value)) return 'an array'
  return value !== null && typeof value === 'object' ? 'an object' : oneLine(JSON.stringify(value), 80)
}
