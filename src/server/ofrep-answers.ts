/** Answers to evaluations as OFREP 0.3.0 has them (open-feature/protocol, service/openapi.yaml). */
import { type EvaluationContext, evaluateFlag } from '../core/flags/evaluate-flag.ts'
import type { Resolution } from '../core/flags/resolution.ts'
import type { ServedFlags } from './flag-store.ts'

export interface OfrepAnswer {
  status: number
  body: object
}

export const eventsPath = '/ofrep/v1/events'

export function answerOne(
  { set }: ServedFlags,
  { key, context, nowSec }: { key: string; context: EvaluationContext; nowSec: number },
): OfrepAnswer {
  const resolution = evaluateFlag(set, key, context, nowSec)
  const status = resolution.errorCode === undefined ? 200 : resolution.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400
  return { status, body: evaluation(key, resolution) }
}

/** Every flag, in the order of the definitions, and where changes are told. */
export function answerAll({ set }: ServedFlags, context: EvaluationContext, nowSec: number): object {
  const flags = [...set.flags.keys()].map((key) => evaluation(key, evaluateFlag(set, key, context, nowSec)))
  return { flags, eventStreams: [{ type: 'sse', endpoint: { requestUri: eventsPath } }], metadata: set.metadata }
}

/** Without a value the client's own default is the answer. */
function evaluation(key: string, resolution: Resolution): object {
  const { value, variant, reason, errorCode, errorMessage, metadata } = resolution
  if (errorCode !== undefined) return { key, errorCode, errorDetails: errorMessage, metadata }
  return { key, value, reason, variant, metadata }
}

/** `undefined` unless the body is a request for an evaluation. A targeting key is a text, or left out. */
export function contextOf(body: unknown): EvaluationContext | undefined {
  if (!isObject(body) || !isObject(body.context)) return undefined
  const { targetingKey } = body.context
  return targetingKey === undefined || typeof targetingKey === 'string' ? body.context : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
