/** Reads a file of the operator within limits: of time, of size, and to what is a file at all. */
import { constants, open } from 'node:fs/promises'
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'
import type { DriverContext } from '../ports/drivers.ts'
import { untilStopped, withDeadline } from './with-deadline.ts'

const maximumBytes = 1_048_576

/** `wanted` says what to name instead, such as `a JSON file`. At most 1 MiB of UTF-8; no error quotes what the file holds. */
export function readTextFile(path: string, wanted: string, context: DriverContext): Promise<Outcome<string>> {
  // A file system that hangs does not hear a signal.
  return untilStopped(`reading ${path}`, withDeadline(context).signal, () =>
    readBytes(path, wanted).catch((error: NodeJS.ErrnoException) => refused(path, error)),
  )
}

async function readBytes(path: string, wanted: string): Promise<Outcome<string>> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if (!(await file.stat()).isFile()) return fail('rejected', `${path} is no file; name ${wanted}`)
  const bytes = Buffer.alloc(maximumBytes + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (length > maximumBytes) return fail('rejected', `${path} is larger than 1 MiB, the most that is read of it`)
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)))
  } catch {
    return fail('rejected', `${path} is not UTF-8; save it so`)
  }
}

function refused(path: string, { code = '', message }: NodeJS.ErrnoException): Outcome<string> {
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('notFound', `there is no file ${path}`)
  if (code === 'EACCES' || code === 'EPERM') return fail('unauthorized', `${path} may not be read (${code})`)
  return fail('unavailable', `${path} cannot be read (${code})`, message)
}
