/** A pause that an interrupt cuts short, without being an error. */
import { setTimeout as sleep } from 'node:timers/promises'

export async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {})
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
