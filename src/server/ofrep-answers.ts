/** Answers to evaluations as OFREP 0.3.0 has them (open-feature/protocol, service/openapi.yaml). */
import { type EvaluationContext, evaluateFlag } from '../core/flags/evaluate-flag.ts'
import type { Resolution } from '../core/flags/resolution.ts'
import type { ServedFlags } from './flag-store.ts'

export interface OfrepAnswer {
  status: number
  /** JSON. */
  text: string
}

export const eventsPath = '/ofrep/v1/events'

/** Told of each answer. */
export type CountAnswer = (key: string, resolution: Resolution) => void

export function answerOne(
  { set }: ServedFlags,
  { key, context, nowSec }: { key: string; context: EvaluationContext; nowSec: number },
  count: CountAnswer,
): OfrepAnswer {
  const resolution = evaluateFlag(set, key, context, nowSec)
  count(key, resolution)
  const status = resolution.errorCode === undefined ? 200 : resolution.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400
  return { status, text: textOf(key, resolution) }
}

/** Every flag, in the order of the definitions, and where changes are told: JSON. */
export function answerAll(
  { set }: ServedFlags,
  context: EvaluationContext,
  nowSec: number,
  count: CountAnswer,
): string {
  const flags: string[] = []
  for (const key of set.flags.keys()) {
    const resolution = evaluateFlag(set, key, context, nowSec)
    count(key, resolution)
    flags.push(textOf(key, resolution))
  }
  return `{"flags":[${flags.join()}],"eventStreams":${eventStreams},"metadata":${JSON.stringify(set.metadata)}}`
}

const eventStreams = JSON.stringify([{ type: 'sse', endpoint: { requestUri: eventsPath } }])

/** Errors apart, a resolution is one of a few that its flag has ready for everybody: it is made text of once. */
function textOf(key: string, resolution: Resolution): string {
  if (resolution.errorCode !== undefined) return JSON.stringify(evaluation(key, resolution))
  const known = texts.get(resolution)
  if (known !== undefined) return known
  const text = JSON.stringify(evaluation(key, resolution))
  texts.set(resolution, text)
  return text
}
const texts = new WeakMap<Resolution, string>()

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
