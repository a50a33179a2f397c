/** The line of a JSON text where the value at a path stands. */

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gs

interface Walk {
  tokens: Iterator<RegExpExecArray, undefined>
  now: RegExpExecArray | undefined
}

/** From 1; the line of the nearest value above, where the path leads nowhere. `text` is JSON. */
export function lineOf(text: string, path: readonly (string | number)[]): number {
  const tokens = text.matchAll(token)
  const walk: Walk = { tokens, now: tokens.next().value }
  let found = walk.now?.index ?? 0
  for (const step of path) {
    const at = enter(walk, step)
    if (at === undefined) break
    found = at
  }
  return text.slice(0, found).split('\n').length
}

/** Moves to the member or element, and says where it begins: a member at its name. `undefined` where there is none. */
function enter(walk: Walk, step: string | number): number | undefined {
  const opening = walk.now?.[0]
  if (opening !== '{' && opening !== '[') return undefined
  advance(walk)
  for (let place = 0; walk.now !== undefined && walk.now[0] !== '}' && walk.now[0] !== ']'; place++) {
    const begin = walk.now.index
    const name = opening === '{' ? memberName(walk) : place
    if (String(name) === String(step)) return begin
    skipValue(walk)
    if ((walk.now as RegExpExecArray | undefined)?.[0] === ',') advance(walk)
  }
  return undefined
}

function memberName(walk: Walk): string {
  const name: unknown = JSON.parse(walk.now?.[0] ?? '""')
  advance(walk)
  advance(walk)
  return String(name)
}

function skipValue(walk: Walk): void {
  let depth = 0
  do {
    const text = walk.now?.[0]
    if (text === '{' || text === '[') depth += 1
    else if (text === '}' || text === ']') depth -= 1
    advance(walk)
  } while (depth > 0 && walk.now !== undefined)
}

function advance(walk: Walk): void {
  walk.now = walk.tokens.next().value
}
