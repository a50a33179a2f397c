/** How a suite went. */

export interface SuiteResult {
  name: string
  passed: number
  /** A line for each case that failed. */
  failed: string[]
  /** Cases that ask for more than an evaluator of flagd's: other operators, a connection, a form that only the daemon reads. */
  skipped: number
  isRequired: boolean
}
