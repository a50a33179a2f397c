/** Changes a plan as careless people, broken tools and attackers do: by blocks, lines, tables, characters, encodings and sheer mass. */
import { characters, claims, conditions, numbers, payloads, prototypeNames, repeats } from './hostile-texts.ts'
import type { Random } from './random.ts'

/** What a mutated document is cut to, in characters; a few may be larger, so that the refusal is met too. */
const lengthLimit = 48_000
const hugeShare = 0.002
const hugeLength = 300_000
const mostMutations = 12

type Mutation = (text: string, random: Random, others: readonly string[]) => string

/** The document of a seed's choices, made of one of `texts` and parts of the others. */
export function mutateDocument(texts: readonly string[], random: Random): string {
  let text = random.pick(texts)
  const times = random.size(mostMutations)
  for (let time = 0; time < times; time++) {
    text = random.pick(mutations)(text, random, texts)
    if (text.length > lengthLimit) text = text.slice(0, lengthLimit)
  }
  if (!random.chance(hugeShare)) return text
  return text.padEnd(hugeLength, text === '' ? 'x' : text).slice(0, hugeLength)
}

/** Lines, or blocks parted by empty lines, changed and put together again. */
function byParts(mark: string, change: (parts: string[], random: Random, others: readonly string[]) => void): Mutation {
  return (text, random, others) => {
    const parts = text.split(mark)
    change(parts, random, others)
    return parts.join(mark)
  }
}

/** One line, changed. */
function byLine(change: (line: string, random: Random) => string): Mutation {
  return byParts('\n', (lines, random) => {
    const at = random.below(lines.length)
    lines[at] = change(lines[at] ?? '', random)
  })
}

function twice(parts: string[], random: Random): void {
  const at = random.below(parts.length)
  for (let time = random.size(30); time > 0; time--) parts.splice(at, 0, parts[at] ?? '')
}

function drop(parts: string[], random: Random): void {
  parts.splice(random.below(parts.length), random.size(4))
}

function swap(parts: string[], random: Random): void {
  const [a, b] = [random.below(parts.length), random.below(parts.length)]
  const kept = parts[a] ?? ''
  parts[a] = parts[b] ?? ''
  parts[b] = kept
}

function nest(parts: string[], random: Random): void {
  const lead = random.pick(['> ', '  ', '    ', '\t', '- ', '1. ', '> - ', '   - [ ] ']).repeat(random.size(30))
  const at = random.below(parts.length)
  for (let more = random.size(8); more > 0; more--) {
    const part = parts[at + more - 1]
    if (part !== undefined) parts[at + more - 1] = part.replace(/^/gm, lead)
  }
}

function fromElsewhere(mark: string): Mutation {
  return byParts(mark, (parts, random, others) => {
    const foreign = random.pick(others).split(mark)
    const at = random.below(foreign.length)
    parts.splice(random.below(parts.length + 1), 0, ...foreign.slice(at, at + random.size(12)))
  })
}

function insertAnywhere(pieces: readonly string[]): Mutation {
  return (text, random) => {
    const at = random.below(text.length + 1)
    return text.slice(0, at) + random.pick(pieces) + text.slice(at)
  }
}

function insertLine(make: (random: Random) => string): Mutation {
  return byParts('\n', (lines, random) => lines.splice(random.below(lines.length + 1), 0, make(random)))
}

const leads = ['', '- ', '- [ ] ', '1. ', '## ', '**Success criteria:** ', '**Rollback trigger:** ', '| ', '> ', '    ']

/** One word of a heading, a label, a cell or a code word, replaced. */
function replaceWord(words: readonly string[]): Mutation {
  return (text, random) => {
    const found = [...text.matchAll(/(?<=[#*|`] ?)[\p{L}\d][\p{L}\d .%_-]{0,30}(?=[\n*:|`])/gu)]
    if (found.length === 0) return text
    const { index, 0: whole } = random.pick(found)
    return text.slice(0, index) + random.pick(words) + text.slice(index + whole.length)
  }
}

function replaceNumber(text: string, random: Random): string {
  const found = [...text.matchAll(/\d+(?:[.,]\d+)?/g)]
  if (found.length === 0) return text
  const { index, 0: whole } = random.pick(found)
  return text.slice(0, index) + random.pick(numbers) + text.slice(index + whole.length)
}

function changeTable(line: string, random: Random): string {
  const cells = (line.includes('|') ? line : `| ${line} | 10% | 2 h |`).split('|')
  const at = random.below(cells.length)
  const change = random.below(6)
  if (change === 0) cells.splice(at, 1)
  else if (change === 1) cells.splice(at, 0, ...cells.slice(at, at + random.size(40)))
  else if (change === 2) cells[at] = ` ${random.pick([...prototypeNames, ...conditions, ...numbers])} `
  else if (change === 3) cells[at] = random.pick(['---', ':-:', '', '\\', '`', '**', ' [ ] '])
  else if (change === 4) return `${line}\n|${'---|'.repeat(random.size(50))}`
  else return cells.join('|\n|')
  return cells.join('|')
}

/** A line with much of one thing, or of two, and perhaps something at its end. */
function mass(random: Random): string {
  const piece = random.pick(repeats) + (random.chance(0.3) ? random.pick(repeats) : '')
  const end = random.pick(['', 'x', '1%', ' < 1%', ')', ']', '|', '\n---', ':', '.'])
  return `${random.pick(leads)}${random.chance(0.5) ? 'a ' : ''}${piece.repeat(random.size(20_000))}${end}`
}

function deep(random: Random): string {
  const depth = random.size(2_000)
  const [open = '', close = ''] = random.pick([
    ['[', ']'],
    ['(', ')'],
    ['**a *', '* b**'],
    ['> ', ''],
    ['- ', ''],
    ['<b>', '</b>'],
    ['`', '`'],
  ])
  if (!random.chance(0.3)) return `${open.repeat(depth)}a${close.repeat(depth)}`
  const step = random.pick(['- a', '1. a', '> a', '- [ ] a', '- **A:**'])
  return Array.from({ length: Math.min(depth, 300) }, (_, level) => ' '.repeat(level * 2) + step).join('\n')
}

function cut(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + text.slice(at + random.size(2_000))
}

/** The text as a program reads it that takes its bytes for something else. */
function misread(text: string, random: Random): string {
  const bytes = new TextEncoder().encode(text)
  const way = random.below(5)
  if (way < 3) return new TextDecoder(['windows-1252', 'macintosh', 'latin1'][way]).decode(bytes)
  if (way === 3) return new TextDecoder('utf-8').decode(Uint8Array.from(text, (character) => character.charCodeAt(0)))
  return [...text].join('\0')
}

const mutations: readonly Mutation[] = [
  ...[twice, drop, swap, nest].flatMap((change) => [byParts('\n', change), byParts('\n\n', change)]),
  fromElsewhere('\n'),
  fromElsewhere('\n\n'),
  (text, random) => text.replaceAll('\n\n', random.pick(['\n', '\n\n\n', ' '])),
  byLine((line, random) => `${'#'.repeat(random.size(8))} ${line.replace(/^#+ */, '')}`),
  byLine((line) => line.replace(/^#+ */, '')),
  byLine((line, random) => `${line}\n${random.pick(['===', '---', '***', '- - -'])}`),
  byLine((line, random) => line.replace(/\[[ x]\]/i, random.pick(['[x]', '[ ]', '[X]', '[~]', '✅', '[]', '[x']))),
  byLine((line, random) => random.pick(['- [x] ', '- ✅ ', '✅ ', '1. [x] ']) + line),
  byLine(changeTable),
  byLine(changeTable),
  insertLine((random) =>
    random.pick(['```', '~~~', '```bash', '```env', '````', '    ```', '<!--', '-->', '<div>', '$$']),
  ),
  insertLine((random) => random.pick(leads) + random.pick(conditions)),
  insertLine((random) => random.pick(leads) + random.pick(claims)),
  insertLine((random) => random.pick(leads) + random.pick(payloads)),
  insertLine((random) => `**${random.pick(prototypeNames)}:** ${random.pick(prototypeNames)}`),
  insertLine((random) => `[${random.pick(prototypeNames)}]: ${random.pick(payloads)}`),
  insertLine(mass),
  insertLine(mass),
  insertLine(deep),
  byLine((line, random) => line.repeat(random.size(2_000))),
  insertAnywhere(characters),
  insertAnywhere([...numbers, ...conditions]),
  insertAnywhere([...prototypeNames, ...payloads, ...claims]),
  (text, random) => insertAnywhere([random.pick(repeats).repeat(random.size(20_000))])(text, random, []),
  replaceWord(prototypeNames),
  replaceWord([...conditions, ...numbers, ...payloads]),
  replaceNumber,
  cut,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => `\u{feff}${text}`,
  (text, random) => (random.chance(0.2) ? misread(text, random) : text),
]
