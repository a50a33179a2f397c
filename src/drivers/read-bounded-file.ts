/** Reads one file as several drivers need it: a time limit, a size limit, regular files only, errors as outcomes. */
import { constants, open } from 'node:fs/promises'
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'
import type { DriverContext } from '../ports/drivers.ts'
import { orAbort, withDeadline } from './with-deadline.ts'

export interface BoundedFile {
  path: string
  maximumMebibytes: number
  /** What should be there, such as `a JUnit report`. */
  expected: string
}

export interface FileContent {
  bytes: Buffer
  /** When it was last written, milliseconds since 1970. */
  modifiedMs: number
}

/**
 * `notFound`: there is no such file; `unauthorized`: it may not be read; `rejected`: it is no file, or too large; `unavailable`: it
 * cannot be read, it changed meanwhile, or the caller stopped the call; `timeout`.
 */
export async function readBoundedFile(file: BoundedFile, context: DriverContext): Promise<Outcome<FileContent>> {
  const read = () => readWhole(file).catch((error: NodeJS.ErrnoException) => refused(file.path, error))
  return orAbort(read, `reading ${file.path}`, withDeadline(context).signal)
}

/** `rejected` if the bytes are no UTF-8; a byte order mark is no part of the text. */
export function decodeUtf8(bytes: Uint8Array, path: string): Outcome<string> {
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return fail('rejected', `${path} is not UTF-8; save it so`)
  }
}

async function readWhole({ path, maximumMebibytes, expected }: BoundedFile): Promise<Outcome<FileContent>> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stat = await file.stat()
  const { size, mtimeMs } = stat
  if (!stat.isFile()) return fail('rejected', `${path} is no file; name ${expected}`)
  if (size > maximumMebibytes * 1_048_576)
    return fail('rejected', `${path} is larger than ${maximumMebibytes} MiB, the most that is read of ${expected}`)
  // One byte more than there should be, to see that there is none.
  const bytes = Buffer.alloc(size + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (length !== size) return fail('unavailable', `${path} changed while it was read`)
  return succeed({ bytes: bytes.subarray(0, size), modifiedMs: mtimeMs })
}

function refused(path: string, { code = '', message }: NodeJS.ErrnoException): Outcome<never> {
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('notFound', `there is no file ${path}`)
  if (code === 'EACCES' || code === 'EPERM') return fail('unauthorized', `${path} may not be read (${code})`)
  return fail('unavailable', `${path} cannot be read (${code})`, message)
}
