/** What stands inside a paragraph, a heading or a table cell: text between the nodes of the parser, and those nodes. */
import type { Inline, Place } from './markdown-nodes.ts'
import { decodeReference, type MarkdownSource, type Part } from './markdown-source.ts'

/** The nodes between two offsets. `parts` are the parser's nodes there; what lies between them is text. */
export function readInlines(
  source: MarkdownSource,
  parts: readonly Part[],
  from: number,
  to: number,
  isCell = false,
): Inline[] {
  const start = source.skipSpace(from, to)
  const reader = new InlineReader(source, { isCell, isInLink: false })
  reader.read(parts, start, source.place(start, to).to)
  return reader.finish()
}

interface Surroundings {
  isCell: boolean
  isInLink: boolean
}

class InlineReader {
  readonly #source: MarkdownSource
  readonly #around: Surroundings
  readonly #nodes: Inline[] = []
  /** Text that is still growing, and where it began and ends. */
  #text = ''
  #textFrom = 0
  #textTo = 0
  #isAfterBreak = false

  constructor(source: MarkdownSource, around: Surroundings) {
    this.#source = source
    this.#around = around
  }

  read(parts: readonly Part[], from: number, to: number): void {
    let at = from
    for (const part of parts) {
      if (part.from < at || part.to > to) continue
      if (part.from > at) this.#addText(this.#source.text.slice(at, part.from), at, part.from)
      this.#readPart(part)
      at = part.to
    }
    if (at < to) this.#addText(this.#source.text.slice(at, to), at, to)
  }

  finish(): Inline[] {
    this.#closeText()
    return this.#nodes
  }

  #readPart(part: Part): void {
    const { name, from, to } = part
    const raw = this.#source.text.slice(from, to)
    if (name === 'Escape') this.#addText(raw.slice(1), from, to)
    else if (name === 'Entity') this.#addText(decodeReference(raw), from, to)
    else if (name === 'InlineCode') this.#push(part, { kind: 'code', value: this.#codeOf(part) })
    else if (name === 'StrongEmphasis') this.#push(part, { kind: 'strong', children: this.#inside(part) })
    else if (name === 'Emphasis') this.#push(part, { kind: 'emphasis', children: this.#inside(part) })
    else if (name === 'Strikethrough') this.#push(part, { kind: 'deleted', children: this.#inside(part) })
    else if (name === 'HTMLTag' || name === 'Comment' || name === 'ProcessingInstruction')
      this.#push(part, { kind: 'html', value: raw })
    else if (name === 'HardBreak') this.#break(part)
    else if (name === 'Link' || name === 'Image') this.#readLink(part)
    // "package@1.2" is no mail address, and a link holds no other link.
    else if (name === 'URL' && (this.#around.isInLink || /@[^/]*\d$/.test(raw)))
      this.#addText(this.#source.decode(raw), from, to)
    else if (name === 'URL') this.#pushAddress(part, this.#source.decode(raw))
    else if (name === 'Autolink') this.#pushAddress(part, raw.slice(1, -1))
    // What is left are marks, of which nothing is to be seen.
  }

  #addText(value: string, from: number, to: number): void {
    if (this.#text === '') this.#textFrom = from
    this.#text += value
    this.#textTo = to
  }

  /** White space around the end of a line is no text. */
  #closeText(): void {
    const text = this.#text.includes('\n') ? this.#text.replace(/(?<![ \t])[ \t]*\n[ \t]*/g, '\n') : this.#text
    const lead = this.#isAfterBreak ? (/^[ \t]*/.exec(text)?.[0].length ?? 0) : 0
    const value = text.slice(lead)
    if (value !== '')
      this.#nodes.push({ ...this.#source.place(this.#textFrom + lead, this.#textTo), kind: 'text', value })
    this.#text = ''
    this.#isAfterBreak = false
  }

  #push({ from, to }: Part, node: Unplaced): void {
    this.#closeText()
    this.#nodes.push({ ...this.#source.place(from, to), ...node })
  }

  #break(part: Part): void {
    this.#push(part, { kind: 'break' })
    this.#isAfterBreak = true
  }

  #pushAddress(part: Part, text: string): void {
    const scheme = /^[a-z][a-z\d+.-]*:/i.test(text) ? '' : /^www\./i.test(text) ? 'http://' : 'mailto:'
    const value = { ...this.#source.place(part.from, part.to), kind: 'text' as const, value: text }
    this.#push(part, { kind: 'link', url: scheme + text, children: [value] })
  }

  #inside({ parts, from, to }: Part): Inline[] {
    const marks = parts.filter((part) => part.name === 'EmphasisMark' || part.name === 'StrikethroughMark')
    return this.#between(parts, marks[0]?.to ?? from, marks.at(-1)?.from ?? to)
  }

  #between(parts: readonly Part[], from: number, to: number, around = this.#around): Inline[] {
    const inner = new InlineReader(this.#source, around)
    inner.read(parts, from, to)
    return inner.finish()
  }

  #codeOf({ parts, from, to }: Part): string {
    const marks = parts.filter((part) => part.name === 'CodeMark')
    const [start, end] = [marks[0]?.to ?? from, marks.at(-1)?.from ?? to]
    const inner = {
      name: '',
      from: start,
      to: end,
      end,
      parts: parts.filter((part) => part.from >= start && part.to <= end),
    }
    const line = this.#source.without(inner, 'QuoteMark').replace(/(?<![ \t])[ \t]*\n[ \t]*/g, '\n')
    const isPadded = line.startsWith(' ') && line.endsWith(' ') && line.trim() !== ''
    const value = isPadded ? line.slice(1, -1) : line
    return this.#around.isCell ? value.replaceAll('\\|', '|') : value
  }

  /** `[text](address)` or `[text][label]`; brackets without a definition are text, as `[FILL_IN]` is. */
  #readLink(part: Part): void {
    const { text } = this.#source
    const marks = part.parts.filter(({ name }) => name === 'LinkMark')
    const [open, close] = marks
    if (!open || !close) return
    const inner = part.parts.filter(({ from, to }) => from >= open.to && to <= close.from)
    const label = part.parts.find(({ name }) => name === 'LinkLabel')
    const address = part.parts.find(({ name, from }) => name === 'URL' && from >= close.to)
    const said = text.slice(open.to, close.from)
    const reference = label && label.to > label.from + 2 ? text.slice(label.from + 1, label.to - 1) : said
    const url =
      marks.length > 2
        ? this.#source.address(address ? text.slice(address.from, address.to) : '')
        : this.#source.definition(reference)
    if (url === undefined && this.#source.isFootnote(said)) return
    if (url === undefined) {
      this.#addText(text.slice(open.from, open.to), open.from, open.to)
      this.read(inner, open.to, close.from)
      this.#addText(text.slice(close.from, part.to), close.from, part.to)
      return
    }
    const isImage = part.name === 'Image'
    const children = this.#between(inner, open.to, close.from, { ...this.#around, isInLink: true })
    this.#push(part, isImage ? { kind: 'image', alt: altOf(children) } : { kind: 'link', url, children })
  }
}

type Unplaced<Node = Inline> = Node extends Inline ? Omit<Node, keyof Place> : never

function altOf(nodes: readonly Inline[]): string {
  return nodes
    .map((node) =>
      'value' in node ? node.value : 'children' in node ? altOf(node.children) : 'alt' in node ? node.alt : ' ',
    )
    .join('')
}
