// Counts, once a registration's window has passed, whether its e-mail address was verified in time.
import { describeError, writeLog } from '../process/write-log.ts'
import type { AccountStore } from './account-store.ts'
import type { ServiceMetrics } from './service-metrics.ts'

const intervalMs = 250

/** Starts at once, so that what matured while the process was away is counted too. Call the answer to stop. */
export function classifyRegistrations(accounts: AccountStore, metrics: ServiceMetrics, windowMs: number): () => void {
  const classify = (): void => {
    try {
      const { verified, missed } = accounts.classify(windowMs, Date.now())
      metrics.verificationOutcomes.inc({ outcome: 'verified' }, verified)
      metrics.verificationOutcomes.inc({ outcome: 'missed' }, missed)
    } catch (error) {
      // What was not classified now is classified next time; the failed statement is counted as a database error.
      writeLog('classification failed', { reason: describeError(error) })
    }
  }
  classify()
  const timer = setInterval(classify, intervalMs)
  return () => clearInterval(timer)
}
