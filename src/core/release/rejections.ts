/** Refusals, as values. */
import type { Rejection } from './commands.ts'
import type { Release } from './release.ts'

export const wrongState = (release: Release, message: string, hint?: string): Rejection => ({
  rejected: true,
  code: 'wrongState',
  message: `release ${release.releaseId} is ${release.status}: ${message}`,
  ...(hint === undefined ? {} : { hint }),
})

export const invalid = (message: string, hint: string): Rejection => ({
  rejected: true,
  code: 'invalid',
  message,
  hint,
})
