/** A file system that hangs, as a network share does whose server is gone. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckRunner } from '../../src/ports/drivers.ts'

/** How many reads Node.js makes at a time in one process. */
const readers = Number(process.env.UV_THREADPOOL_SIZE ?? 4)

/** Until it is disposed no file of this process is opened or read: each of Node's threads for that waits at a pipe without a writer. */
export function hangFileReads(): AsyncDisposable {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-hang-'))
  const pipe = join(folder, 'pipe')
  execFileSync('/usr/bin/mkfifo', [pipe])
  const waiting = Array.from({ length: readers }, () => open(pipe, 'r'))
  return {
    async [Symbol.asyncDispose]() {
      const writer = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
      for (const file of await Promise.all(waiting)) await file.close()
      closeSync(writer)
      rmSync(folder, { recursive: true })
    },
  }
}

/** The same runner, whose check `hanging` runs while the file system hangs. */
export function hangingOnFiles(runner: CheckRunner): CheckRunner {
  return {
    ...runner,
    async runCheck(check, context) {
      if (check !== 'hanging') return runner.runCheck(check, context)
      await using _ = hangFileReads()
      return await runner.runCheck(check, context)
    },
  }
}
