/** How a driver call ends: a value or one `DriverError`. Core decides the retry from the code; a thrown exception is a bug. */
import { z } from 'zod'

/** `unknown`: it may have been done or not, doing it again may do harm, and only a person can look. */
export const DriverErrorCode = z.enum([
  'unavailable',
  'timeout',
  'rejected',
  'notFound',
  'unauthorized',
  'unsupported',
  'unknown',
])
export type DriverErrorCode = z.infer<typeof DriverErrorCode>

/** `message` is one clear sentence for a person; `cause` holds the vendor's own words, shortened and without secrets. */
export const DriverError = z.strictObject({ code: DriverErrorCode, message: z.string(), cause: z.string().optional() })
export type DriverError = z.infer<typeof DriverError>

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: DriverError }

export const succeed = <T>(value: T): Outcome<T> => ({ ok: true, value })

export function fail(code: DriverErrorCode, message: string, cause?: string): { ok: false; error: DriverError } {
  return { ok: false, error: cause === undefined ? { code, message } : { code, message, cause } }
}

/** Trying again may help for these; the others need a person or another plan. */
export const isTransient = (error: DriverError): boolean => error.code === 'unavailable' || error.code === 'timeout'
