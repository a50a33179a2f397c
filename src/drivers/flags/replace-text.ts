/** Replaces a file that others read at any time and may write to: nobody sees half of it, and nobody's change is lost unseen. */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { stoppedBy } from '../with-deadline.ts'

/**
 * With the mode of the old file and through links to it. Durable once it succeeds. `unavailable` when the file is no longer as `before`,
 * and when the signal aborts before it was replaced.
 */
export async function replaceText(
  path: string,
  { before, after }: { before: string; after: string },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  if (before === after) return succeed(undefined)
  try {
    const target = await realpath(path)
    const draft = `${target}.${process.pid}.new`
    try {
      await writeDurably(draft, after, (await stat(target)).mode & 0o7777)
      if (signal.aborted) return stoppedBy(signal, `replacing ${path}`)
      if (withoutMark(await readFile(target, 'utf8')) !== before)
        return fail('unavailable', `${path} was changed by somebody else in this moment`)
      await rename(draft, target)
    } finally {
      await rm(draft, { force: true })
    }
    await using folder = await open(dirname(target))
    await folder.sync()
    return succeed(undefined)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    return fail(isForbidden ? 'unauthorized' : 'unavailable', `${path} cannot be replaced (${code})`, message)
  }
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'w', mode)
  await file.chmod(mode)
  await file.writeFile(text)
  await file.sync()
}

/** A byte order mark is no part of the text. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '')
