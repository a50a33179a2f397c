/** What the evaluation of a flag answers, in OpenFeature's words (https://openfeature.dev/specification/types). */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type FlagValue = boolean | number | string | Json[] | { [key: string]: Json }
export type FlagMetadata = Readonly<Record<string, boolean | number | string>>
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'DISABLED' | 'ERROR'
export type ErrorCode = 'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TYPE_MISMATCH' | 'GENERAL'

/** Frozen and shared by all who get the same answer; every one has all of these properties, in this order. */
export interface Resolution {
  /** Absent where the caller's own default is the answer: a disabled flag, no default variant, an error. */
  readonly value: FlagValue | undefined
  readonly variant: string | undefined
  readonly reason: Reason
  readonly errorCode: ErrorCode | undefined
  readonly errorMessage: string | undefined
  /** The flag set's metadata under the flag's own. */
  readonly metadata: FlagMetadata
}

export function resolved(value: FlagValue, variant: string, reason: Reason, metadata: FlagMetadata): Resolution {
  return Object.freeze({ value, variant, reason, errorCode: undefined, errorMessage: undefined, metadata })
}

/** The caller's default is the answer, and that is no error. */
export function deferred(reason: 'DEFAULT' | 'DISABLED', metadata: FlagMetadata): Resolution {
  const nothing = undefined
  return Object.freeze({
    value: nothing,
    variant: nothing,
    reason,
    errorCode: nothing,
    errorMessage: nothing,
    metadata,
  })
}

export function failed(errorCode: ErrorCode, errorMessage: string, metadata: FlagMetadata): Resolution {
  return Object.freeze({
    value: undefined,
    variant: undefined,
    reason: 'ERROR' as const,
    errorCode,
    errorMessage,
    metadata,
  })
}
