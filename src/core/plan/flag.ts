/** A feature flag as a flag source has it. */

/** `state` in flagd's words: the variants of a `DISABLED` flag reach nobody. */
export interface FlagOffer {
  key: string
  state: 'ENABLED' | 'DISABLED'
  /** Their names, in the source's order. */
  variants: string[]
}
