/** The problems a controller answers with, each saying what to do. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Rejection } from '../core/release/commands.ts'
import type { Problem } from './contract.ts'

export interface ProblemAnswer {
  ok: false
  problem: Problem
}

export function problem(status: number, title: string, detail: string, hint?: string): ProblemAnswer {
  return { ok: false, problem: { type: 'about:blank', title, status, detail, ...(hint === undefined ? {} : { hint }) } }
}

export function withErrors(title: string, diagnostics: Diagnostic[]): ProblemAnswer {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const { problem: base } = problem(422, title, `${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was changed`)
  return { ok: false, problem: { ...base, diagnostics } }
}

/** Warnings that nobody has accepted yet. */
export function withWarnings(diagnostics: Diagnostic[]): ProblemAnswer {
  const names = [...new Set(diagnostics.map(({ ruleId }) => ruleId))].join(' ')
  const hint = `read them, then start with --ack ${names}`
  const { problem: base } = problem(422, 'Warnings to acknowledge', 'nothing was changed', hint)
  return { ok: false, problem: { ...base, diagnostics } }
}

export const notFound = (releaseId: string) =>
  problem(404, 'No such release', `there is no release ${releaseId}`, 'tidegate status lists the releases')

const statusByCode: Record<Rejection['code'], number> = {
  wrongState: 409,
  stale: 409,
  notFound: 404,
  notAuthorised: 403,
  invalid: 400,
}

export const refusal = ({ code, message, hint }: Rejection) => problem(statusByCode[code], 'Refused', message, hint)
