/** How long a rollback waits for what would be good to have and is not worth being late for. All in real milliseconds. */

/** After share 0 a service is looked at this often, at most this long, to see the last request of the candidate. */
export const rollbackLookMs = 100
export const rollbackLooksUntilMs = 2_000

/** A service that is stuck keeps those behind it in the train waiting no longer than this. */
export const stuckMs = 1_000

/** Users are sent back to a baseline that is known not to be ready for them only after this long. */
export const capacityWaitMs = 10_000

/**
 * A write that still raises a share when the rollback begins may land after share 0: the rollback ends once it has settled, or after this
 * long, when the call is over whatever its driver does.
 */
export const lateWriteMs = 7_000
