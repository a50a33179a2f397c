/** Writes a file whole or not at all: nobody ever sees half of it, and what is there stays unless it may be replaced. */
import { link, open, rename, rm } from 'node:fs/promises'
import { UserError } from './context.ts'

const mistakes: Record<string, string> = {
  EEXIST: 'it is there already; --force replaces it',
  ENOENT: 'there is no such folder',
  EISDIR: 'that is a folder',
  EACCES: 'you may not write there',
}

/** `shown` is the path as the reader of messages knows it. Throws a `UserError`. */
export async function writeWholeFile(path: string, shown: string, text: string, mayReplace: boolean): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  try {
    {
      await using file = await open(draft, 'wx')
      await file.writeFile(text)
      await file.sync()
    }
    await (mayReplace ? rename(draft, path) : link(draft, path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    throw new UserError(`cannot write ${shown}: ${mistakes[code] ?? code}`)
  } finally {
    await rm(draft, { force: true })
  }
}
