/** A store on a disk that is really full: nothing goes forward, going back can be recorded, and all of it is still there. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DiskReserve, reserveBytes } from './disk-reserve.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-reserve-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('the reserve', () => {
  it('is laid aside whole, given up once, and not laid aside again at once', () => {
    const reserve = new DiskReserve(join(folder, 'events.db'))
    expect(reserve.isThere()).toBe(false)
    reserve.keep()
    expect(statSync(join(folder, 'events.db-reserve'))).toMatchObject({ size: reserveBytes, mode: 0o100600 })
    expect([reserve.giveUp(), reserve.giveUp()]).toEqual([true, false])
    reserve.keep()
    expect(reserve.isThere()).toBe(false)
  })

  it('that was cut short is none, and is laid aside anew', () => {
    writeFileSync(join(folder, 'events.db-reserve'), 'cut short')
    const reserve = new DiskReserve(join(folder, 'events.db'))
    expect(reserve.isThere()).toBe(false)
    reserve.keep()
    expect(reserve.isThere()).toBe(true)
  })
})

/** Runs a script on a file system of 24 MiB that only it can see. */
function onSmallDisk(script: string) {
  const mount = 'mount -t tmpfs -o size=24m tmpfs "$1" && exec "$2" "$3" "$1"'
  const args = ['-m', 'sh', '-c', mount, 'sh', folder, process.execPath, script]
  return spawnSync('unshare', args, { encoding: 'utf8', timeout: 60_000 })
}

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
if (!canMount)
  process.stderr.write('SKIPPED: no file system can be mounted here (it takes root), so no disk was full\n')

describe.runIf(canMount)('on a full disk', () => {
  it('forward motion is refused, going back is recorded, and it goes on once there is room', {
    timeout: 90_000,
  }, () => {
    const { stdout, stderr } = onSmallDisk(join(import.meta.dirname, '../../test/contract/full-disk.ts'))
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const [before, forward, back, after, roomy, read] = lines
    expect(before, stderr).toEqual({ tried: 'with room', count: 1, ok: true })
    expect(forward).toMatchObject({ ok: false, error: 'full', message: expect.stringContaining('the disk is full') })
    expect(back).toEqual({ tried: 'going back on a full disk', count: 100, ok: true })
    expect(after).toMatchObject({ tried: 'going forward after that', ok: false, error: 'full' })
    expect(roomy).toEqual({ tried: 'with room again', count: 1, ok: true })
    expect(read.stored).toBe(read.acknowledged)
  })
})
