/** The history of a register in a file beside it: one JSON object a line, only ever added to, each on disk before it counts. */
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type HistoryEntry, readHistoryLine } from '../core/flags/register/history-entry.ts'

/** Read at once, from the end on: more than any entry has. */
const blockBytes = 1_048_576
const maximumPage = 100

export interface HistoryPage {
  /** The newest first. */
  entries: HistoryEntry[]
  /** Lines that hold no entry: half written when a machine failed, or spoilt. */
  unreadable: number
  /** What to ask with for those before; absent at the beginning. */
  next?: number
}

interface Block {
  lines: { text: string; offset: number }[]
  /** Where the block begins, at the beginning of a line. */
  start: number
}

export class FlagHistory {
  readonly #path: string
  /** As this process left it. */
  #sizeBytes = -1
  #last: HistoryEntry | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Read anew where somebody else wrote. Throws what the file system says. */
  async last(): Promise<HistoryEntry | undefined> {
    await using file = await this.#open()
    if (file === undefined) return undefined
    const { size } = await file.stat()
    if (size !== this.#sizeBytes) {
      this.#last = pageOf(await blockBefore(file, size), 1).entries[0]
      this.#sizeBytes = size
    }
    return this.#last
  }

  /** `make` is given the last entry. On disk once it resolves; throws what the file system says. */
  async append(make: (last: HistoryEntry | undefined) => HistoryEntry): Promise<HistoryEntry> {
    const entry = make(await this.last())
    await using file = await open(this.#path, 'a+', 0o600)
    const { size } = await file.stat()
    const line = `${(await endsInLine(file, size)) ? '' : '\n'}${JSON.stringify(entry)}\n`
    await file.appendFile(line)
    await file.sync()
    if (size === 0) await syncFolder(dirname(this.#path))
    this.#sizeBytes = size + Buffer.byteLength(line)
    this.#last = entry
    return entry
  }

  /** At most 100 entries. `before`: the `next` of another page. Throws a `RangeError` for what is none. */
  async page({ before, limit }: { before?: number | undefined; limit: number }): Promise<HistoryPage> {
    await using file = await this.#open()
    if (file === undefined) return { entries: [], unreadable: 0 }
    const { size } = await file.stat()
    const end = before ?? size
    if (end > size || !(await endsInLine(file, before === undefined ? 0 : end)))
      throw new RangeError('no page begins there')
    return pageOf(await blockBefore(file, end), Math.min(limit, maximumPage))
  }

  async #open(): Promise<FileHandle | undefined> {
    return open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  }
}

async function blockBefore(file: FileHandle, end: number): Promise<Block> {
  const from = Math.max(0, end - blockBytes)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from)
  // A line that began before the block is the next one's.
  const begin = from === 0 ? 0 : buffer.indexOf(0x0a) + 1
  const lines: Block['lines'] = []
  for (let at = begin; at < bytesRead; ) {
    const newline = buffer.indexOf(0x0a, at)
    const stop = newline < 0 ? bytesRead : newline
    if (stop > at) lines.push({ text: buffer.toString('utf8', at, stop), offset: from + at })
    at = stop + 1
  }
  return { lines, start: from + begin }
}

function pageOf({ lines, start }: Block, limit: number): HistoryPage {
  const entries: HistoryEntry[] = []
  let unreadable = 0
  let next = start
  for (const { text, offset } of lines.toReversed()) {
    if (entries.length === limit) break
    next = offset
    const entry = readHistoryLine(text)
    if (entry) entries.push(entry)
    else unreadable += 1
  }
  return { entries, unreadable, ...(next > 0 && { next }) }
}

async function endsInLine(file: FileHandle, sizeBytes: number): Promise<boolean> {
  if (sizeBytes === 0) return true
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, sizeBytes - 1)
  return buffer.toString() === '\n'
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
