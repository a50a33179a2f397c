/** The machine's clocks. */
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import type { Clock } from '../ports/clock.ts'

/** The longest delay a timer takes; a longer wait is several of them. */
const maximumTimerMs = 2 ** 31 - 1

const bootIdFile = '/proc/sys/kernel/random/boot_id'

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs,
  bootId: () => {
    bootId ??= readBootId()
    return bootId
  },
  async sleep(delayMs, signal) {
    const endMs = monotonicMs() + delayMs
    while (!signal.aborted) {
      const leftMs = endMs - monotonicMs()
      if (leftMs <= 0) return
      await timer(Math.min(Math.ceil(leftMs), maximumTimerMs), signal)
    }
  },
}

/** CLOCK_MONOTONIC on Linux: it counts from the boot for every process alike, never jumps, and stands still while the machine is suspended. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

let bootId: string | undefined

/**
 * Linux names each boot. Elsewhere the time of the boot stands for it, to ten minutes: the wall clock it comes from is corrected now and then.
 * A boot that looks new only costs precision, since the runtime then goes by the wall clock; two boots within ten minutes could look alike.
 */
export function readBootId(file = bootIdFile): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return `booted-${Math.round((Date.now() / 1_000 - uptime()) / 600)}`
  }
}

function timer(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timeout)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timeout = setTimeout(end, delayMs)
    signal.addEventListener('abort', end)
  })
}
