/**
 * Deterministic CBOR (RFC 8949, 4.2.1) of JSON values, straight into the hash: what the next version of flagd's `fractional` hashes
 * (flagd, docs/architecture-decisions/fractional-non-string-rand-units.md).
 */
import { absorbByte, absorbText, type HashState, utf8Length } from './murmur3.ts'

const unsigned = 0
const negative = 1
const text = 3
const list = 4
const map = 5

/** Throws a `RangeError` for what JSON does not have. */
export function absorbCbor(state: HashState, value: unknown): void {
  if (typeof value === 'string') absorbString(state, value)
  else if (typeof value === 'number') absorbNumber(state, value)
  else if (value === false || value === true || value === null) absorbByte(state, 0xf4 + Number(value ?? 2))
  else if (Array.isArray(value)) absorbList(state, value)
  else if (typeof value === 'object') absorbMap(state, value as Record<string, unknown>)
  else throw new RangeError(`JSON has no ${typeof value}`)
}

export function absorbList(state: HashState, values: readonly unknown[]): void {
  absorbHead(state, list, BigInt(values.length))
  for (const value of values) absorbCbor(state, value)
}

function absorbString(state: HashState, value: string): void {
  absorbHead(state, text, BigInt(utf8Length(value)))
  absorbText(state, value)
}

/** Keys in the order of their encodings: the shorter first, then by bytes, which is by code points. */
function absorbMap(state: HashState, value: Record<string, unknown>): void {
  const keys = Object.keys(value).sort((a, b) => utf8Length(a) - utf8Length(b) || byCodePoints(a, b))
  absorbHead(state, map, BigInt(keys.length))
  for (const key of keys) {
    absorbString(state, key)
    absorbCbor(state, value[key])
  }
}

function byCodePoints(a: string, b: string): number {
  const others = [...b].map((character) => character.codePointAt(0) ?? 0)
  for (const [at, character] of [...a].entries()) {
    const difference = (character.codePointAt(0) ?? 0) - (others[at] ?? -1)
    if (difference !== 0) return difference
  }
  return [...a].length - others.length
}

/** Whole numbers of 64 bits are integers; others take the shortest float that holds them. */
function absorbNumber(state: HashState, value: number): void {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) {
    if (value >= 0) absorbHead(state, unsigned, BigInt(value))
    else absorbHead(state, negative, -1n - BigInt(value))
  } else absorbFloat(state, value)
}

function absorbFloat(state: HashState, value: number): void {
  const half = halfBits(value)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat32(0, value)
  if (half !== undefined) absorbBytes(state, 0xf9, BigInt(half), 2)
  else if (view.getFloat32(0) === value) absorbBytes(state, 0xfa, BigInt(view.getUint32(0)), 4)
  else {
    view.setFloat64(0, value)
    absorbBytes(state, 0xfb, view.getBigUint64(0), 8)
  }
}

/** The bits of a 16-bit float, if it holds the number exactly. */
function halfBits(value: number): number | undefined {
  const sign = value < 0 ? 0x8000 : 0
  const size = Math.abs(value)
  if (size === 0 || size > 65_504) return undefined
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  const steps = size / 2 ** (exponent - 10)
  if (!Number.isInteger(steps) || steps >= 2048) return undefined
  return steps < 1024 ? sign | steps : sign | ((exponent + 15) << 10) | (steps - 1024)
}

function absorbHead(state: HashState, major: number, size: bigint): void {
  const type = major << 5
  if (size < 24n) absorbByte(state, type | Number(size))
  else if (size < 0x100n) absorbBytes(state, type | 24, size, 1)
  else if (size < 0x1_0000n) absorbBytes(state, type | 25, size, 2)
  else if (size < 0x1_0000_0000n) absorbBytes(state, type | 26, size, 4)
  else absorbBytes(state, type | 27, size, 8)
}

function absorbBytes(state: HashState, head: number, value: bigint, bytes: number): void {
  absorbByte(state, head)
  for (let at = bytes - 1; at >= 0; at--) absorbByte(state, Number((value >> BigInt(8 * at)) & 0xffn))
}
