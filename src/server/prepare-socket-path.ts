/** Makes a Unix socket that only its owner can reach, where nobody listens yet; what a dead controller left is cleared away. */
import { chmod, lstat, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isListenedTo } from './is-listened-to.ts'

/** The folder of `path`, mode 0700 and ours, and nothing at `path` itself. Throws when somebody listens there, or the place is not ours. */
export async function prepareSocketPath(path: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await assertOwn(folder)
  await chmod(folder, 0o700)
  await clearStale(path)
}

/** A folder in a temporary folder may have been made by somebody else, or lead elsewhere. */
async function assertOwn(folder: string): Promise<void> {
  const stat = await lstat(folder)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new Error(`${folder} is not a folder of this user: remove it, or choose another state folder`)
  }
}

/** Whoever calls this holds the store's lock, so that no second controller can take the path between the look and the removal. */
async function clearStale(path: string): Promise<void> {
  const stat = await lstat(path).catch(absent)
  if (!stat) return
  if (!stat.isSocket()) throw new Error(`${path} is in the way and no socket: move it elsewhere`)
  if (await isListenedTo(path))
    throw new Error(`another process listens on ${path}: stop it, or choose another state folder`)
  await rm(path, { force: true })
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
