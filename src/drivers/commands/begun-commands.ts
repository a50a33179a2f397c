/** Which effects a command was begun for, one a line in a file: what a controller after a crash has to know. */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Turns } from '../turns.ts'

/** How far back an effect is looked for; a thousand and more. */
const tailBytes = 65_536

export interface BegunCommands {
  has(effectId: string): Promise<boolean>
  /** Settles once it is on disk. */
  add(effectId: string): Promise<void>
}

/** The file and its folder are made when the first command is begun. */
export function createBegunCommands(file: string): BegunCommands {
  const turns = new Turns()
  const withTail = <T>(act: (tail: string, write: (text: string) => Promise<void>) => Promise<T>): Promise<T> =>
    turns.take(file, async () => {
      await mkdir(dirname(file), { recursive: true })
      await using opened = await open(file, 'a+', 0o600)
      const { size } = await opened.stat()
      const position = Math.max(0, size - tailBytes)
      const { buffer, bytesRead } = await opened.read({ buffer: Buffer.alloc(tailBytes), position })
      return await act(buffer.toString('utf8', 0, bytesRead), async (text) => {
        await opened.appendFile(text)
        await opened.sync()
      })
    })
  return {
    has: (effectId) => withTail(async (tail) => tail.split('\n').includes(JSON.stringify(effectId))),
    // A crash may have left half a line.
    add: (effectId) =>
      withTail((tail, write) =>
        write(`${tail === '' || tail.endsWith('\n') ? '' : '\n'}${JSON.stringify(effectId)}\n`),
      ),
  }
}
