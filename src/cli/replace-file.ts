/** Replaces a document that was changed here and nowhere else: in one piece, with its mode, through a link to what it points at. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { UserError } from './context.ts'
import { writeWholeFile } from './write-whole-file.ts'

/** `before` is what the new text was made from: a file that has changed since is left alone. Throws a `UserError` when it cannot be done. */
export async function replaceFile(path: string, shown: string, before: Uint8Array, text: string): Promise<void> {
  const target = await found(realpath(path), shown)
  const { mode } = await found(stat(target), shown)
  if (!(await found(readFile(target), shown)).equals(before))
    throw new UserError(`${shown} was changed by somebody else in the meantime; nothing was written, run it again`)
  await writeWholeFile(target, shown, text, true, mode & 0o7777)
}

/** It was there a moment ago. */
function found<T>(looked: Promise<T>, shown: string): Promise<T> {
  return looked.catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`cannot write ${shown} (${error.code})`)
  })
}
