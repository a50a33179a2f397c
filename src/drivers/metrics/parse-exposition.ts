/** Reads the Prometheus text format (0.0.4): names, labels with escapes, values. A page is taken whole or not at all. */
import { readLabelPairs } from './read-label-pairs.ts'

export interface Sample {
  name: string
  labels: ReadonlyMap<string, string>
  /** May be NaN or infinite. */
  value: number
}

export interface Page {
  samples: Sample[]
  /** Names with samples or with a `# TYPE` or `# HELP` line: a metric may be known and have no sample yet. */
  names: Set<string>
  described: Descriptions
}

/** Type and help by family name, as far as they are given. */
export type Descriptions = Map<string, { type?: string; help?: string }>

const description = /^#\s+(TYPE|HELP)\s+(\S+)\s*(.*)/
/** A value in a label may hold braces; what follows the last one cannot. */
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\s*\{(.*)\}\s*|\s+)(\S+)(?:\s+-?\d+)?$/

/** The page, or the first line that is not in the format. */
export function parseExposition(text: string): Page | { problem: string } {
  const page: Page = { samples: [], names: new Set(), described: new Map() }
  let number = 0
  for (const raw of text.split('\n')) {
    number++
    const line = raw.trim()
    if (line === '') continue
    if (line.startsWith('#')) {
      describe(page, line)
      continue
    }
    const sample = parseSample(line)
    if (!sample) return { problem: `line ${number} is not in the Prometheus text format: ${line.slice(0, 100)}` }
    page.samples.push(sample)
    page.names.add(sample.name)
  }
  return page
}

function describe(page: Page, line: string): void {
  const [, keyword, name, text = ''] = description.exec(line) ?? []
  if (name === undefined) return
  page.names.add(name)
  page.described.set(name, { ...page.described.get(name), [keyword === 'TYPE' ? 'type' : 'help']: text })
}

function parseSample(line: string): Sample | undefined {
  const [, name = '', labelText = '', number = ''] = sampleLine.exec(line) ?? []
  const value = toNumber(number)
  const pairs = readLabelPairs(labelText)
  if (value === undefined || !pairs?.every(({ operator }) => operator === '=')) return undefined
  return { name, labels: new Map(pairs.map((pair) => [pair.label, pair.value])), value }
}

/** A number as Go writes it: `NaN`, `+Inf` and `-Inf` are values too. */
export function toNumber(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text)
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}
