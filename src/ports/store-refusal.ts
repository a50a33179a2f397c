/**
 * The store refused: another writer, no disk, or a database that is away. Whoever meets it stops moving; what was acknowledged is safe, and the
 * message says what to do.
 */
export class StoreRefusal extends Error {
  /** `conflict`: somebody else wrote first. `full`: there is no room; it may be tried again. */
  readonly error: 'conflict' | 'unavailable' | 'full'

  constructor(message: string, error: StoreRefusal['error'] = 'unavailable', options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreRefusal'
    this.error = error
  }
}
