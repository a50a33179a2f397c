/**
 * MurmurHash3, x86, 32 bits, seed 0 (Austin Appleby, public domain), over the UTF-8 bytes of texts: what flagd distributes users by. A text can
 * be hashed in parts, so that what is the same for all users is hashed once and nothing is joined.
 */

/** Where the hash of the parts so far stands. */
export interface HashState {
  hash: number
  /** Up to three bytes that fill no block yet, the first in the lowest bits. */
  tail: number
  tailBits: number
  /** In bytes. */
  length: number
}

export const emptyState = (): HashState => ({ hash: 0, tail: 0, tailBits: 0, length: 0 })

export function copyState(from: HashState, to: HashState): void {
  to.hash = from.hash
  to.tail = from.tail
  to.tailBits = from.tailBits
  to.length = from.length
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

function mix(hash: number, block: number): number {
  const mixed = hash ^ scramble(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** Lone surrogates become U+FFFD, as everywhere where text becomes UTF-8. */
export function absorbText(state: HashState, text: string): void {
  const size = text.length
  let { hash, tail } = state
  const bits = state.tailBits
  let at = 0
  // Four ASCII characters at a time; as long as that goes, the tail keeps its length.
  for (; at + 4 <= size; at += 4) {
    const a = text.charCodeAt(at)
    const b = text.charCodeAt(at + 1)
    const c = text.charCodeAt(at + 2)
    const d = text.charCodeAt(at + 3)
    if ((a | b | c | d) > 0x7f) break
    const word = a | (b << 8) | (c << 16) | (d << 24)
    if (bits === 0) hash = mix(hash, word)
    else {
      hash = mix(hash, tail | (word << bits))
      tail = word >>> (32 - bits)
    }
  }
  state.hash = hash
  state.tail = tail
  state.length += at
  if (at < size) absorbSlowly(state, text, at)
}

function absorbSlowly(state: HashState, text: string, from: number): void {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) absorbByte(state, unit)
    else {
      const code = text.codePointAt(at) ?? 0
      absorbCodePoint(state, code >= 0xd800 && code <= 0xdfff ? 0xfffd : code)
      if (code > 0xffff) at += 1
    }
  }
}

function absorbCodePoint(state: HashState, code: number): void {
  if (code < 0x800) absorbByte(state, 0xc0 | (code >> 6))
  else {
    if (code < 0x1_0000) absorbByte(state, 0xe0 | (code >> 12))
    else {
      absorbByte(state, 0xf0 | (code >> 18))
      absorbByte(state, 0x80 | ((code >> 12) & 0x3f))
    }
    absorbByte(state, 0x80 | ((code >> 6) & 0x3f))
  }
  absorbByte(state, 0x80 | (code & 0x3f))
}

export function absorbByte(state: HashState, byte: number): void {
  state.tail |= byte << state.tailBits
  state.tailBits += 8
  state.length += 1
  if (state.tailBits < 32) return
  state.hash = mix(state.hash, state.tail)
  state.tail = 0
  state.tailBits = 0
}

/** From 0 to 2³² − 1. */
export function finish({ hash, tail, length }: HashState): number {
  let mixed = hash ^ scramble(tail) ^ length
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** How many bytes `text` has in UTF-8. */
export function utf8Length(text: string): number {
  const state = emptyState()
  absorbText(state, text)
  return state.length
}
