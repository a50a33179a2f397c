/** The clocks: that the wall clock runs as the monotonic one does, lies after what was recorded, and is kept right by somebody. */
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Clock } from '../../ports/clock.ts'
import type { Checkup } from '../contract.ts'
import { findingIn } from './finding-in.ts'

const found = findingIn('clock')

const watchMs = 300
/** A clock that is slewed goes 0.05 % wrong at most; the rest is the scheduler's. */
const toleranceMs = 60
const askTimeoutMs = 3_000

/** `lastEventAt`: when the newest event was recorded, if there is one. */
export async function checkClock(clock: Clock, lastEventAt: string | null): Promise<Checkup[]> {
  return [await steadiness(clock), ...(lastEventAt === null ? [] : [order(clock, lastEventAt)]), await synchronised()]
}

async function steadiness(clock: Clock): Promise<Checkup> {
  const [wallMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()]
  await clock.sleep(watchMs, new AbortController().signal)
  const driftMs = clock.wallMs() - wallMs - (clock.monotonicMs() - monotonicMs)
  const message = `the wall clock moved ${Math.round(Math.abs(driftMs))} ms ${driftMs < 0 ? 'back' : 'ahead'} of the monotonic one within ${watchMs} ms`
  if (Math.abs(driftMs) <= toleranceMs) return found('ok', 'steady', 'the wall clock runs as the monotonic one does')
  return found('warning', 'steady', message, 'find out what sets it; windows, freezes and dates go by it')
}

function order(clock: Clock, lastEventAt: string): Checkup {
  const behindMs = Date.parse(lastEventAt) - clock.wallMs()
  if (behindMs <= 1_000) return found('ok', 'order', `the newest event, of ${lastEventAt}, lies in the past`)
  const message = `the newest event is of ${lastEventAt}, ${Math.round(behindMs / 1_000)} s from now`
  return found('warning', 'order', message, 'the clock went back, or went ahead before: set it right')
}

async function synchronised(): Promise<Checkup> {
  const answer = await askTimedatectl()
  if (answer === 'yes' || (await exists('/run/systemd/timesync/synchronized')))
    return found('ok', 'synchronised', 'this machine keeps its clock by NTP')
  if (answer === 'no')
    return found(
      'warning',
      'synchronised',
      'nothing keeps the clock of this machine right',
      'turn NTP on: timedatectl set-ntp true',
    )
  return found('ok', 'synchronised', 'whether NTP keeps the clock right cannot be told here')
}

/** `null` where there is no such program, or it has no answer. */
async function askTimedatectl(): Promise<string | null> {
  try {
    const options = { timeout: askTimeoutMs, env: {} }
    const { stdout } = await promisify(execFile)(
      '/usr/bin/timedatectl',
      ['show', '-p', 'NTPSynchronized', '--value'],
      options,
    )
    return stdout.trim()
  } catch {
    return null
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
