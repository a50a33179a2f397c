/**
 * `fractional`: spreads users over variants by a hash of a text of theirs, in proportion to integer weights. Whoever gets no variant (nothing to
 * hash, weights that are none) gets no answer, and with it the flag's default.
 */
import { absorbCbor, absorbList } from './cbor.ts'
import { absorbText, copyState, emptyState, finish, type HashState } from './murmur3.ts'
import { type Compile, eager, type Frame, literal, type Operator, type Rule, type Scope } from './rule.ts'

const maximumTotal = 2_147_483_647

/** Each name with the sum of the weights up to and with it. */
interface Buckets {
  names: unknown[]
  upTo: number[]
  total: number
}

/** Evaluations run one after the other, so that all can use the same. */
const state = emptyState()

/** Feeds `state` with what is hashed, and says whether there is anything. */
type Seed = (data: unknown, frame: Frame) => boolean

export const fractional: Operator = (operands, scope, compile) => {
  if (!Array.isArray(operands)) return general(operands, scope, compile)
  const [first, ...others] = operands
  const hasSeed = !Array.isArray(first)
  const known = literal(hasSeed ? others : [first, ...others])
  const isCat = hasSeed && typeof first === 'object' && first !== null && Object.keys(first).join() === 'cat'
  if (!known || (hasSeed && !isCat && !literal(first))) return general(operands, scope, compile)
  if (hasSeed && literal(first) && typeof first !== 'string') return () => null
  const buckets = bucketsOf(known.value as unknown[])
  if (!buckets) return () => null
  const seed = hasSeed ? givenSeed(first, scope, compile) : usualSeed(scope)
  return (data, frame) => (seed(data, frame) ? pick(buckets, finish(state)) : null)
}

/** Everything is known only with the data. */
function general(operands: unknown, scope: Scope, compile: Compile): Rule {
  const usual = usualSeed(scope)
  const values = eager((all) => all)(operands, scope, compile)
  return (data, frame) => {
    const all = values(data, frame) as readonly unknown[]
    const hasSeed = !Array.isArray(all[0])
    const buckets = bucketsOf(hasSeed ? all.slice(1) : all)
    if (!buckets) return null
    return (hasSeed ? feed(all[0], scope) : usual(data, frame)) ? pick(buckets, finish(state)) : null
  }
}

function feed(value: unknown, { fractionalVersion }: Scope): boolean {
  copyState(nothing, state)
  if (fractionalVersion === 2) {
    if (typeof value !== 'string') return false
    absorbText(state, value)
    return true
  }
  if (value === null || value === undefined) return false
  absorbCbor(state, value)
  return true
}

const nothing: Readonly<HashState> = emptyState()

/** A `cat` of version 2 is hashed piece by piece. */
function givenSeed(seed: unknown, scope: Scope, compile: Compile): Seed {
  const pieces = typeof seed === 'string' ? [seed] : (seed as { cat: unknown }).cat
  if (!Array.isArray(pieces) || scope.fractionalVersion !== 2) {
    const rule = compile(seed, scope)
    return (data, frame) => feed(rule(data, frame), scope)
  }
  const [start, rules] = withoutPrefix(pieces, scope, compile)
  return (data, frame) => {
    copyState(start, state)
    for (const rule of rules) absorbPiece(rule(data, frame))
    return true
  }
}

/** The hash of the leading pieces that are the same for everyone, and the rules of the others. */
function withoutPrefix(pieces: readonly unknown[], scope: Scope, compile: Compile): [HashState, Rule[]] {
  const prefix = emptyState()
  const isFlagKey = (piece: unknown) => scope.isTop && JSON.stringify(piece) === '{"var":"$flagd.flagKey"}'
  const known = pieces.findIndex((piece) => typeof piece !== 'string' && !isFlagKey(piece))
  const leading = known === -1 ? pieces : pieces.slice(0, known)
  for (const piece of leading) absorbText(prefix, typeof piece === 'string' ? piece : scope.flagKey)
  return [prefix, pieces.slice(leading.length).map((piece) => compile(piece, scope))]
}

/** As `cat` joins it. */
function absorbPiece(value: unknown): void {
  if (typeof value === 'string') absorbText(state, value)
  else if (value !== null && value !== undefined) absorbText(state, String(value))
}

/** The flag's key and the context's targeting key. */
function usualSeed({ flagKey, fractionalVersion, isTop }: Scope): Seed {
  if (!isTop) return () => false
  const prefix = emptyState()
  absorbText(prefix, flagKey)
  return (data) => {
    const key = (data as { targetingKey?: unknown }).targetingKey
    if (typeof key !== 'string' || key === '') return false
    if (fractionalVersion === 2) {
      copyState(prefix, state)
      absorbText(state, key)
    } else {
      copyState(nothing, state)
      absorbList(state, [flagKey, key])
    }
    return true
  }
}

/** `undefined` where these are no buckets. Weights are whole; one left out is 1, one below 0 is 0. */
function bucketsOf(entries: readonly unknown[]): Buckets | undefined {
  const buckets: Buckets = { names: [], upTo: [], total: 0 }
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length === 0 || entry.length > 2) return undefined
    const [name = null, weight = 1] = entry
    if ((typeof name === 'object' && name !== null) || !Number.isInteger(weight)) return undefined
    buckets.total += Math.max(0, weight)
    buckets.names.push(name)
    buckets.upTo.push(buckets.total)
  }
  return buckets.total > maximumTotal ? undefined : buckets
}

function pick({ names, upTo, total }: Buckets, hash: number): unknown {
  // (hash × total) >> 32, in halves: the product has up to 63 bits, and numbers are exact up to 53.
  const bucket = Math.floor(((hash >>> 16) * total + Math.floor(((hash & 0xffff) * total) / 0x1_0000)) / 0x1_0000)
  for (let at = 0; at < upTo.length; at++) if (bucket < (upTo[at] as number)) return names[at]
  return null
}
