// The life of one process: start, or say in one line why not; on SIGTERM or SIGINT stop in order, within a limit.
import { setTimeout as sleep } from 'node:timers/promises'
import { describeError, writeLog } from './write-log.ts'

const stopLimitMs = 1800

/** A reason not to start that the person at the terminal can remove. Printed as one line, exit code 1. */
export class StartError extends Error {
  override name = 'StartError'
}

/** Runs `start`, which answers with the way to stop. Exit code 0 after a signal, 1 after a StartError; anything else crashes loudly. */
export async function runProcess(start: () => Promise<() => Promise<void>>): Promise<void> {
  let stop: () => Promise<void>
  try {
    stop = await start()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  const exit = async (): Promise<void> => {
    const drained = await Promise.race([stopped(stop), sleep(stopLimitMs, false)])
    writeLog('stopped', { drained })
    process.exit(0)
  }
  process.once('SIGTERM', exit)
  process.once('SIGINT', exit)
}

async function stopped(stop: () => Promise<void>): Promise<boolean> {
  try {
    await stop()
    return true
  } catch (error) {
    writeLog('stop failed', { reason: describeError(error) })
    return false
  }
}
