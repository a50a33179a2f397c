/** Changes bindings and operator files: keys, values, indentation, and what YAML alone knows (anchors, tags, merges, documents). */
import { characters, numbers, payloads, prototypeNames, repeats } from './hostile-texts.ts'
import type { Random } from './random.ts'

const lengthLimit = 48_000
const hugeShare = 0.005
const hugeLength = 300_000
const mostMutations = 8

/** Anchors that double at every level: a few lines that stand for millions of values. */
function bomb(random: Random): string {
  const levels = random.size(30)
  const lines = Array.from(
    { length: levels },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(', ')}]`,
  )
  return ['l0: &l0 [a, a, a, a]', ...lines].join('\n')
}

const lines: ((random: Random) => string)[] = [
  bomb,
  (random) =>
    `x: ${random.pick(['[', '{', '[{a: ', '- ', '? ', '[[', '"', '&a [*a, ', '!!map {'])}`.repeat(random.size(3_000)),
  (random) => `x: ${'['.repeat(random.size(20_000))}`,
  (random) => Array.from({ length: random.size(400) }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
  (random) => Array.from({ length: random.size(400) }, (_, level) => `${' '.repeat(level * 2)}- `).join('\n'),
  (random) => `${random.pick(prototypeNames)}: { isAdmin: true }`,
  (random) => `? ${random.pick(prototypeNames)}\n: [1]`,
  (random) => `"__proto__": ${random.pick(payloads)}`,
  () => 'a: &a { b: 1 }\nc:\n  <<: *a',
  () => 'a: &a\n  b: *a',
  () => 'a: *nowhere',
  (random) =>
    `a: ${random.pick(['!!js/function "x"', '!!python/object/apply:os.system [ls]', '!<tag:yaml.org,2002:binary> aaaa', '!!set {a}', '!!timestamp 2001-01-01'])}`,
  (random) => `a: ${random.pick(['|', '>', '|+', '>-', '|9', '|0'])}\n${'  text\n'.repeat(random.size(500))}`,
  (random) =>
    random.pick(['---', '...', '%YAML 1.1', '%TAG ! tag:x,2000:', '--- !!map', '# comment', '\t- tab', '\ta: b']),
  (random) => `${random.pick(repeats).repeat(random.size(20_000))}: 1`,
  (random) => `a: ${random.pick(repeats).repeat(random.size(20_000))}`,
  (random) => `${random.pick([...numbers, 'null', '~', 'true', '""', '[a]', '{a: b}'])}: 1`,
  (random) =>
    `a: ${random.pick(['yes', 'no', '0o17', '0x1f', '.inf', '.nan', '1_000', '2001-01-01', '12:30:45', ...numbers])}`,
  (random) => `a: \${${random.pick([...prototypeNames, 'NAME', 'NAME:-', 'NAME:-x', 'A:-${A}', '', '1'])}}`,
]

export function mutateYaml(texts: readonly string[], random: Random): string {
  let text = random.pick(texts)
  for (let time = random.size(mostMutations); time > 0; time--) text = mutate(text, random).slice(0, lengthLimit)
  return random.chance(hugeShare) ? text.padEnd(hugeLength, text === '' ? 'x' : text).slice(0, hugeLength) : text
}

function mutate(text: string, random: Random): string {
  const parts = text.split('\n')
  const at = random.below(parts.length)
  const line = parts[at] ?? ''
  const change = random.below(9)
  if (change === 0) parts.splice(at, random.size(3))
  else if (change === 1) parts.splice(at, 0, ...Array.from({ length: random.size(20) }, () => line))
  else if (change === 2) parts[at] = ' '.repeat(random.size(8)) + line
  else if (change === 3) parts[at] = line.trimStart()
  else if (change === 4) parts[at] = line.replace(/[\w-]+(?=:)/, random.pick([...prototypeNames, '<<', 'driver', '']))
  else if (change === 5)
    parts[at] = line.replace(/(?<=: ).*/, random.pick([...numbers, ...payloads, '[]', '{}', '*a', '&a', '']))
  else if (change === 6) parts.splice(at, 0, random.pick(lines)(random))
  else if (change === 7) parts.splice(at, 0, ' '.repeat(random.size(6)) + random.pick(lines)(random))
  else parts[at] = line.slice(0, line.length / 2) + random.pick(characters) + line.slice(line.length / 2)
  return parts.join(random.chance(0.02) ? '\r\n' : '\n')
}
