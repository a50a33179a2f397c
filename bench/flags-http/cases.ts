/** What both servers are asked: the share of a tenth, of so many different users, over as many connections. */
import { definitions } from '../flags/flagd-subjects.ts'

export const kinds = ['unleash', 'single', 'bulk', 'held'] as const
/**
 * `unleash`: its frontend API, which tells the flags that are on for a user; `single`: one flag over OFREP; `bulk`: all flags over OFREP; `held`: the same, asked by
 * who has that very answer.
 */
export type Kind = (typeof kinds)[number]

export const connections = 32
/** Answers are checked for all of them; under load the first ones are asked for, since the client makes every request of every connection beforehand. */
export const userCount = 1_000
export const userCountUnderLoad = 200
export const flagCount = 100
export const flagKey = 'share'
export const frontendToken = 'default:development.bench-frontend'
export const adminToken = '*:*.bench-admin'

export interface Job {
  kind: Kind
  url: string
  seconds: number
}

export interface Figures {
  perSec: number
  /** Milliseconds from sending a request until its answer is there. */
  p50: number
  p99: number
  max: number
}

/** The flag that is asked for, among others that have rules too. */
export function ownDefinitions(): string {
  const { share, target } = JSON.parse(definitions).flags
  const others = Array.from({ length: flagCount - 1 }, (_, at) => [`flag-${at}`, at % 2 === 0 ? target : share])
  return JSON.stringify({ flags: { [flagKey]: share, ...Object.fromEntries(others) } })
}
