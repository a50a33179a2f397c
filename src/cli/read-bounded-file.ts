/** Reads a file that the user named, up to the size that plans and bindings may have; whatever is wrong is one clear message. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { documentLimitBytes } from '../document/markdown/limit-text.ts'
import { type CliContext, UserError } from './context.ts'

const mistakes: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'that is a folder; name the file in it',
  EACCES: 'you may not read it',
}

/** `hint` says what else to name; at most `maximumBytes` are read. Throws a `UserError`; a device or a pipe without end is not read to its end. */
export async function readBoundedFile(
  { cwd }: Pick<CliContext, 'cwd'>,
  path: string,
  hint = '',
  maximumBytes = documentLimitBytes,
): Promise<Uint8Array> {
  try {
    await using file = await open(resolve(cwd, path))
    const buffer = Buffer.alloc(maximumBytes + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead
    if (length > maximumBytes)
      throw new UserError(`${path} is larger than the ${maximumBytes / 1024} KB that are read; split it`)
    return buffer.subarray(0, length)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (error instanceof UserError || code === undefined) throw error
    throw new UserError(`cannot read ${path}: ${mistakes[code] ?? code}${hint}`)
  }
}
