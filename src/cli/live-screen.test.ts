/** Redrawing in place, played back on a small terminal that understands the few codes used. */
import { expect, it } from 'vitest'
import { clip, LiveScreen } from './live-screen.ts'

/** A terminal: what stands on its rows, where the cursor is and whether it shows. */
class Terminal {
  rows: string[] = ['']
  row = 0
  cursorShows = true

  write(text: string): void {
    const codes = new RegExp(`${String.fromCharCode(27)}\\[(\\?25[lh]|\\d*[AJHK])`)
    for (const part of `${text}\n`.split(new RegExp(`(${codes.source}|\n)`)).filter((_, index) => index % 3 !== 2))
      this.#take(part, codes)
  }

  #take(part: string, codes: RegExp): void {
    const code = codes.exec(part)?.[1]
    if (part === '\n') {
      this.row++
      this.rows[this.row] ??= ''
    } else if (code === undefined) this.rows[this.row] = part + (this.rows[this.row] ?? '').slice(part.length)
    else if (code.startsWith('?25')) this.cursorShows = code === '?25h'
    else if (code.endsWith('A')) this.row -= Number(code.slice(0, -1))
    else if (code === 'J') this.rows = this.rows.slice(0, this.row + 1)
    else if (code === '2J') this.rows = ['']
    else if (code === 'H') this.row = 0
  }
}

function screen() {
  const terminal = new Terminal()
  return { terminal, live: new LiveScreen((text) => terminal.write(text)) }
}

it('replaces the frame instead of adding to it, also by a shorter one', () => {
  const { terminal, live } = screen()
  live.draw(['one', 'two', 'three'], 80, 24)
  live.draw(['ONE', 'TWO', 'THREE'], 80, 24)
  expect(terminal.rows).toEqual(['ONE', 'TWO', 'THREE', ''])
  live.draw(['uno'], 80, 24)
  expect(terminal.rows).toEqual(['uno', ''])
})

it('hides the cursor while drawing and gives it back', () => {
  const { terminal, live } = screen()
  live.draw(['one'], 80, 24)
  expect(terminal.cursorShows).toBe(false)
  live.close()
  expect(terminal.cursorShows).toBe(true)
  expect(terminal.rows).toEqual(['one', ''])
})

it('writes nothing when nothing was drawn', () => {
  const written: string[] = []
  new LiveScreen((text) => void written.push(text)).close()
  expect(written).toEqual([])
})

it('is never taller than the terminal: blank lines go first, then the end, and it says so', () => {
  const lines = ['a', '', 'b', '', 'c', 'd']
  expect(clip(lines, 6)).toEqual(lines)
  expect(clip(lines, 4)).toEqual(['a', 'b', 'c', 'd'])
  expect(clip(lines, 3)).toEqual(['a', 'b', ' … 2 more lines: make the terminal taller'])
  const { terminal, live } = screen()
  live.draw(lines, 80, 4)
  expect(terminal.rows).toHaveLength(4)
})
