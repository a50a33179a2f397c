/** Redraws a block of lines in place on a terminal, never taller than it, and gives the cursor back. */
const control = (code: string): string => `${String.fromCharCode(27)}[${code}`
const hideCursor = control('?25l')
const showCursor = control('?25h')
const eraseLineEnd = control('K')
const eraseBelow = control('J')
const clearScreen = `${control('2J')}${control('H')}`

export class LiveScreen {
  readonly #write: (text: string) => void
  #drawn: { lines: string[]; columns: number } | null = null

  /** `write` ends what it writes with a newline. */
  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** The lines must not be wider than `columns`. What does not fit into `rows` is left out, blank lines first, and said. */
  draw(lines: readonly string[], columns: number, rows: number): void {
    this.#drawFrame(clip(lines, rows - 1), columns, hideCursor)
  }

  /** Shows the cursor again, below the last frame. */
  close(): void {
    if (this.#drawn) this.#drawFrame(this.#drawn.lines, this.#drawn.columns, showCursor)
  }

  #drawFrame(lines: string[], columns: number, cursor: string): void {
    const before = this.#drawn
    const resized = before !== null && before.columns !== columns
    const home = resized ? clearScreen : before && before.lines.length > 0 ? control(`${before.lines.length}A`) : ''
    const body = lines.map((line, index) => line + (index === lines.length - 1 ? eraseBelow : eraseLineEnd))
    this.#write(cursor + home + body.join('\n'))
    this.#drawn = { lines, columns }
  }
}

/** The part of the lines that fits: without its blank lines if need be, then cut with a word about the rest. */
export function clip(lines: readonly string[], rows: number): string[] {
  if (lines.length <= rows) return [...lines]
  const dense = lines.filter((line) => line !== '')
  if (dense.length <= rows) return dense
  return [
    ...dense.slice(0, Math.max(0, rows - 1)),
    ` … ${dense.length - Math.max(0, rows - 1)} more lines: make the terminal taller`,
  ]
}
