/** Messages as lines of JSON in a file: what was said, when and to whom, for people and programs that follow it. */
import { access, constants, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Message } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { Notifier } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { Turns } from '../turns.ts'

/** How far back an effect is looked for before it is written again. */
const tailBytes = 65_536

/** Files by channel; they and their folders are made when the first message comes. */
export function createLogNotifier(files: Readonly<Record<string, string>>): Notifier {
  const turns = new Turns()
  return {
    name: 'log',
    async notify(channel, message, { effectId, signal }) {
      const found = findByName('channel', files, channel)
      if (!found.ok) return found
      const file = found.value
      return turns.take(file, async () => {
        if (signal.aborted)
          return fail('unavailable', `the message to ${channel} was stopped: ${String(signal.reason)}`)
        try {
          await append(file, effectId, { at: new Date().toISOString(), effectId, ...message })
          return succeed(undefined)
        } catch (error) {
          return fail(
            'unavailable',
            `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
          )
        }
      })
    },
    async ping(channel) {
      const found = findByName('channel', files, channel)
      if (!found.ok) return found
      const folder = dirname(found.value)
      return access(folder, constants.W_OK).then(
        () => succeed(undefined),
        () => fail('rejected', `${folder} does not exist or cannot be written`),
      )
    },
  }
}

/** Appends the line unless this effect's line is among the last; it is on disk afterwards. */
async function append(file: string, effectId: string, line: Message & { effectId: string; at: string }): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await using log = await open(file, 'a+', 0o600)
  const { size } = await log.stat()
  const { buffer, bytesRead } = await log.read({
    buffer: Buffer.alloc(tailBytes),
    position: Math.max(0, size - tailBytes),
  })
  const tail = buffer.toString('utf8', 0, bytesRead)
  if (tail.includes(`"effectId":${JSON.stringify(effectId)}`)) return
  // A crash may have left half a line.
  const lineEnd = tail === '' || tail.endsWith('\n') ? '' : '\n'
  await log.appendFile(`${lineEnd}${JSON.stringify(line)}\n`)
  await log.sync()
}
