/**
 * The store refused: another writer, no disk, or a database that is away. Whoever meets it stops moving; what was acknowledged is safe, and the
 * message says what to do.
 */
export class StoreRefusal extends Error {
  /** `conflict`: somebody else wrote first. */
  readonly error: 'conflict' | 'unavailable'

  constructor(message: string, error: 'conflict' | 'unavailable' = 'unavailable', options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreRefusal'
    this.error = error
  }
}
