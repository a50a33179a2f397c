/** The text that is parsed, with what its nodes ask of it: places, link definitions, decoded characters. */
import { decodeNamedCharacterReference } from 'decode-named-character-reference'
import type { Place } from './markdown-nodes.ts'

/** A node of the parser's own tree. */
export interface Part {
  name: string
  from: number
  to: number
  /** Where what it holds ends: before `to` for a list that is followed by the mark of a quote. */
  end: number
  parts: readonly Part[]
}

export class MarkdownSource {
  readonly text: string
  readonly #lineStarts: number[] = [0]
  /** Addresses of `[label]: address`, the first one of each label. */
  readonly #definitions = new Map<string, string>()
  readonly #footnotes: ReadonlySet<string>

  constructor(text: string, parts: readonly Part[]) {
    this.text = text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
    this.#footnotes = new Set(
      [...text.matchAll(/^ {0,3}\[(\^[^\]\s]{1,100})\]:/gm)].map(([, label = '']) => labelKey(label)),
    )
    this.#collectDefinitions(parts)
  }

  /** Without the white space at its end. */
  place(from: number, end: number): Place {
    let to = end
    while (to > from && isSpace(this.text.charCodeAt(to - 1))) to--
    return this.placeWhole(from, to)
  }

  placeWhole(from: number, to: number): Place {
    const line = this.#lineOf(from)
    return { from, to, line, column: from - (this.#lineStarts[line - 1] ?? 0) + 1, endLine: this.#lineOf(to) }
  }

  skipSpace(from: number, to: number): number {
    let at = from
    while (at < to && isSpace(this.text.charCodeAt(at))) at++
    return at
  }

  /** The text of a node without the marks of the quotes around it. */
  without(part: Part, name: string): string {
    let text = ''
    let at = part.from
    for (const mark of part.parts) {
      if (mark.name !== name) continue
      text += this.text.slice(at, mark.from)
      at = mark.to
    }
    return text + this.text.slice(at, part.to)
  }

  /** The address that a label stands for. */
  definition(label: string): string | undefined {
    return this.#definitions.get(labelKey(label))
  }

  /** Where the text of a paragraph begins: behind the label of a footnote. */
  footnoteStart(from: number): number {
    const label = this.text[from] === '[' ? /^\[\^[^\]\s]{1,100}\]:/.exec(this.text.slice(from, from + 104)) : null
    return from + (label?.[0].length ?? 0)
  }

  isFootnote(label: string): boolean {
    return label.startsWith('^') && this.#footnotes.has(labelKey(label))
  }

  /** Backslashes before punctuation gone, character references as what they stand for. */
  decode(raw: string): string {
    return /[\\&]/.test(raw)
      ? raw.replace(/\\([!-/:-@[-`{-~])|&(?:#\d{1,7}|#x[\da-f]{1,6}|\w{1,40});/gi, (all, escaped?: string) =>
          escaped === undefined ? decodeReference(all) : escaped,
        )
      : raw
  }

  /** An address as written: with `<>` around it or without. */
  address(raw: string): string {
    return this.decode(raw.startsWith('<') && raw.endsWith('>') ? raw.slice(1, -1) : raw)
  }

  #lineOf(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }

  #collectDefinitions(parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.name === 'LinkReference') {
        const [label, url] = ['LinkLabel', 'URL'].map((name) => part.parts.find((child) => child.name === name))
        if (!label || !url) continue
        const key = labelKey(this.text.slice(label.from + 1, label.to - 1))
        if (!this.#definitions.has(key)) this.#definitions.set(key, this.address(this.text.slice(url.from, url.to)))
      } else if (containers.has(part.name)) {
        this.#collectDefinitions(part.parts)
      }
    }
  }
}

const containers = new Set(['Blockquote', 'BulletList', 'OrderedList', 'ListItem'])

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}

function labelKey(label: string): string {
  return label.replace(/\s+/g, ' ').trim().toLowerCase()
}

/** `&ge;`, `&#8805;` and `&#x2265;` as "≥"; what means nothing stays as it is. Never a line end: no line may move. */
export function decodeReference(reference: string): string {
  const name = reference.slice(1, -1)
  const [, hex, decimal] = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name) ?? []
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (hex === undefined && decimal === undefined) {
    const named = decodeNamedCharacterReference(name)
    return named === false ? reference : named.replace(/[\n\r]/g, ' ')
  }
  if (code === 0 || code > 0x10_ff_ff || (code >= 0xd8_00 && code <= 0xdf_ff)) return '\u{fffd}'
  return code < 32 ? ' ' : String.fromCodePoint(code)
}
