/** The state folder: that it is ours alone, on a disk that keeps what it is given, with room to go on. */
import type { BigIntStats } from 'node:fs'
import { lstat, open, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkup } from '../contract.ts'
import { socketPathOf } from '../controller-address.ts'
import { findingIn } from './finding-in.ts'

const found = findingIn('places')

/** Entries of the folder that are looked at. */
const maximumEntries = 1_000
const failBelowBytes = 100 * 1024 ** 2
const warnBelowBytes = 1024 ** 3

/** Types of file systems (statfs(2)) on which a log may be lost, or whose locks do not hold. */
const doubtful = new Map<number, [name: string, why: string]>([
  [0x01021994, ['tmpfs', 'it is gone after a reboot']],
  [0x858458f6, ['ramfs', 'it is gone after a reboot']],
  [0x6969, ['NFS', 'its locks and its write-ahead log cannot be relied on']],
  [0xff534d42, ['CIFS', 'its locks and its write-ahead log cannot be relied on']],
  [0xfe534d42, ['SMB', 'its locks and its write-ahead log cannot be relied on']],
  [0x01021997, ['9P', 'its locks and its write-ahead log cannot be relied on']],
])

export async function checkPlaces(stateDir: string): Promise<Checkup[]> {
  const folder = await lstat(stateDir, { bigint: true }).catch(() => null)
  if (!folder?.isDirectory()) {
    const hint = 'name the folder with --state DIR; the first `tidegate start` makes it'
    return [found('failed', 'state folder', `there is no folder ${stateDir}`, hint)]
  }
  const files = await othersMayUse(stateDir)
  return [
    permissions('state folder', stateDir, folder, 0o700),
    ...files,
    ...(files.length === 0 ? [found('ok', 'files', 'nobody else may read or write them')] : []),
    ...(await socketFolder(stateDir)),
    await fileSystem(stateDir),
    await room(stateDir),
    await durable(stateDir),
  ]
}

function permissions(what: string, path: string, stat: BigIntStats, wanted: number): Checkup {
  const mode = Number(stat.mode) & 0o777
  const hint = `chmod ${wanted.toString(8)} ${path}`
  if (Number(stat.uid) !== process.getuid?.())
    return found('failed', what, `${path} belongs to another user`, 'run Tidegate as that user, or name another folder')
  if ((mode & 0o022) !== 0) return found('failed', what, `others may write to ${path} (mode ${mode.toString(8)})`, hint)
  if ((mode & 0o077) !== 0) return found('warning', what, `others may read ${path} (mode ${mode.toString(8)})`, hint)
  return found('ok', what, `${path} is ours alone`)
}

async function othersMayUse(stateDir: string): Promise<Checkup[]> {
  const entries = await readdir(stateDir, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).slice(0, maximumEntries)
  const checked = files.map(async ({ name }) => {
    const path = join(stateDir, name)
    const stat = await lstat(path, { bigint: true }).catch(() => null)
    return stat ? permissions(name, path, stat, 0o600) : null
  })
  return (await Promise.all(checked)).filter((one) => one !== null && one.state !== 'ok') as Checkup[]
}

/** A controller makes its socket, and its folder, for its user alone; here it is looked at, once one has run. */
async function socketFolder(stateDir: string): Promise<Checkup[]> {
  const path = socketPathOf(stateDir)
  const stat = await lstat(path, { bigint: true }).catch(() => null)
  return stat ? [permissions('socket', path, stat, 0o600)] : []
}

async function fileSystem(stateDir: string): Promise<Checkup> {
  const { type } = await statfs(stateDir)
  const known = doubtful.get(type)
  if (!known) return found('ok', 'file system', `type 0x${type.toString(16)}`)
  const [name, why] = known
  return found('warning', 'file system', `${stateDir} lies on ${name}: ${why}`, 'choose a folder on a local disk')
}

async function room(stateDir: string): Promise<Checkup> {
  const { bavail, bsize } = await statfs(stateDir)
  const freeBytes = bavail * bsize
  const message = `${Math.floor(freeBytes / 1024 ** 2)} MiB free`
  const hint = 'make room: a log that cannot be written stops every release where it stands'
  if (freeBytes < failBelowBytes) return found('failed', 'disk', message, hint)
  return freeBytes < warnBelowBytes ? found('warning', 'disk', message, hint) : found('ok', 'disk', message)
}

/** Writes a file of a few bytes and waits until it is on disk, as every event does. */
async function durable(stateDir: string): Promise<Checkup> {
  const path = join(stateDir, `.doctor-${process.pid}`)
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile('written by tidegate doctor')
    const startedMs = performance.now()
    await file.sync()
    return found('ok', 'durable write', `on disk after ${(performance.now() - startedMs).toFixed(1)} ms`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return found(
      'failed',
      'durable write',
      `nothing can be written to ${stateDir} (${code})`,
      'mend the disk or its mount',
    )
  } finally {
    await rm(path, { force: true })
  }
}
