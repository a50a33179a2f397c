/** Names under which receivers know a notice again that comes twice. */
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'

/** Letters and digits only; the same for the same effect. */
export type NoticeIds = (effectId: string) => Promise<Outcome<string>>

/**
 * Effects are numbered within one store (`r1/12`), so their names alone would make a receiver drop a notice of another store as one it has
 * seen. `file` holds a random name of the store, beside it and as long-lived; it is made when first needed. `unavailable`: it cannot be.
 */
export function createNoticeIds(file: string): NoticeIds {
  return async (effectId) => {
    try {
      const digest = createHash('sha256').update(`${await readOrMake(file)}\n${effectId}`)
      return succeed(digest.digest('hex').slice(0, 40))
    } catch (error) {
      return fail('unavailable', `${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

async function readOrMake(file: string): Promise<string> {
  const read = async () => (await readFile(file, 'utf8')).trim()
  const found = await read().catch(ifIs('ENOENT'))
  if (found !== undefined) return found
  await mkdir(dirname(file), { recursive: true })
  // Written whole, then given its name: neither a crash nor a second call at the same time leaves half a name, and the first one stays.
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${randomUUID()}\n`, { flush: true, mode: 0o600 })
  await link(draft, file).catch(ifIs('EEXIST'))
  await unlink(draft)
  return read()
}

const ifIs =
  (code: string) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== code) throw error
  }
