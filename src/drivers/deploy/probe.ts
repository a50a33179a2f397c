/** Whether a process answers yet. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchangeHttp } from '../http-exchange.ts'

const pollMs = 50
const probeTimeoutMs = 1_000
const closingMs = 1_000
const maximumBytes = 1_000_000

/** One question; ready means status 200. */
export async function isReady(url: string, signal: AbortSignal, timeoutMs = probeTimeoutMs): Promise<boolean> {
  const answer = await exchangeHttp({ url, maximumBytes }, { signal, timeoutMs })
  return answer.ok && answer.value.status === 200
}

export type Readiness = 'ready' | 'ended' | 'late' | 'stopped'

/** Asks again and again until the URL answers, the process has ended, the time is over or the signal stops it. */
export async function waitUntilReady(
  url: string,
  limitMs: number,
  hasEnded: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<Readiness> {
  const endMs = performance.now() + limitMs
  while (!signal.aborted) {
    const ready = await isReady(url, signal, Math.min(probeTimeoutMs, Math.max(1, endMs - performance.now())))
    // Asked in this order: another process may answer in place of one that could not take its port.
    if (await hasEnded()) return 'ended'
    if (ready) return 'ready'
    if (performance.now() >= endMs) return 'late'
    await sleep(pollMs)
  }
  return 'stopped'
}

/** Whether somebody listens where this URL points, and goes on to: a process that was just ended closes its port a moment later. */
export async function isTaken(url: string): Promise<boolean> {
  const endMs = performance.now() + closingMs
  while (await answersAt(url)) {
    if (performance.now() >= endMs) return true
    await sleep(pollMs)
  }
  return false
}

function answersAt(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      timeout: probeTimeoutMs,
    })
    const answer = (taken: boolean) => {
      socket.destroy()
      resolve(taken)
    }
    socket.once('connect', () => answer(true))
    socket.once('timeout', () => answer(false))
    socket.once('error', () => answer(false))
  })
}
