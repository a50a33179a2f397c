/** Where a controller of a state folder listens: the socket's place, and the note by which clients find it. */
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** The note that a controller leaves in its state folder. */
export const ControllerAddress = z.object({ socket: z.string(), pid: z.int(), startedAt: z.string() })
export type ControllerAddress = z.infer<typeof ControllerAddress>

export const addressFileOf = (stateDir: string): string => join(stateDir, 'controller.json')

/** Every resource of the one project lies under this path. */
export const projectPath = '/v1/projects/default'

/** Bytes of a socket's path, without the zero at its end: `sun_path` holds 108 on Linux and 104 on macOS and the BSDs. */
const maximumSocketPathBytes = process.platform === 'linux' ? 107 : 103

/** The socket's path: in the state folder, or in one of the temporary folder when that path is longer than the system takes. */
export function socketPathOf(stateDir: string, temporaryDir: string = tmpdir()): string {
  const path = join(resolve(stateDir), 'run', 'controller.sock')
  if (Buffer.byteLength(path) <= maximumSocketPathBytes) return path
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 16)
  const short = join(temporaryDir, `tidegate-${digest}`, 'controller.sock')
  if (Buffer.byteLength(short) <= maximumSocketPathBytes) return short
  throw new Error(
    `no socket fits: ${path} and ${short} are both over ${maximumSocketPathBytes} bytes; set TMPDIR to a shorter folder`,
  )
}
