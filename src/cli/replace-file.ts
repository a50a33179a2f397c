/** Replaces a file in one piece: whoever reads it sees the old text or the new, and its mode stays. */
import { chmod, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from './context.ts'

/** `before` is what the new content was made from: a file that has changed since is left alone. Throws a `UserError` when it cannot be done. */
export async function replaceFile(path: string, before: Uint8Array, content: string): Promise<void> {
  // A link stays a link: what it points at is replaced.
  const target = await realpath(path)
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tidegate`)
  try {
    const { mode } = await stat(target)
    const handle = await open(draft, 'wx', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await chmod(draft, mode)
    if (!(await readFile(target)).equals(before))
      throw new UserError(`${path} was changed by somebody else in the meantime; nothing was written, run it again`)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) throw error
    throw new UserError(`cannot write ${path} (${error.code})`)
  }
}
