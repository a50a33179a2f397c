/** Gates: what must hold to go on. One union for entry and exit of phases; the engine has one file for each kind. */
import { z } from 'zod'
import { Freeze } from './calendar/freeze.ts'
import { TimeWindow } from './calendar/time-window.ts'
import { Id, statement } from './statement.ts'

/**
 * Until when a gate should hold, counted from when the release first waits for it. All three are plan time.
 * `onMissed`: `hold` asks a person, `abort` takes the release back.
 */
export const GateDeadline = z.strictObject({
  afterMs: z.number().positive(),
  remindEveryMs: z.number().positive().optional(),
  /** The role that is paged once the deadline is missed, beside the plan's `asks`. */
  escalateTo: z.string().optional(),
  onMissed: z.enum(['hold', 'abort']),
})
export type GateDeadline = z.infer<typeof GateDeadline>

const gate = { ...statement, deadline: GateDeadline.optional() }

/** Evidence older than this (real time) no longer opens its gate; it is asked for again. */
const age = { maximumAgeMs: z.number().positive().optional() }

/** `count` distinct people of `role` say yes; never the author, and a later no of the same person takes theirs back. */
export const SignOffGate = z.strictObject({
  ...gate,
  kind: z.literal('signOff'),
  role: z.string(),
  count: z.int().min(1).default(1),
})

/** A check passes. */
export const CheckGate = z.strictObject({ ...gate, ...age, kind: z.literal('check'), check: Id })

/** A check passes `runs` times in a row, `everyMs` (real time) apart; one red run starts the count again. */
export const StreakGate = z.strictObject({
  ...gate,
  ...age,
  kind: z.literal('streak'),
  check: Id,
  runs: z.int().min(2).max(1000),
  everyMs: z.number().positive(),
})

/** At least `quorum` people of `role` vote go, and nobody's no-go stands. */
export const GoNoGoGate = z.strictObject({
  ...gate,
  kind: z.literal('goNoGo'),
  role: z.string(),
  quorum: z.int().min(1),
})

/** Something that others deliver: `role` confirms that it is there, or a check sees it. `due` is for people to read. */
export const DependencyGate = z.strictObject({
  ...gate,
  kind: z.literal('dependency'),
  role: z.string(),
  due: z.string().optional(),
})

/** An outside system says so, by a signed call to the controller. */
export const WebhookGate = z.strictObject({ ...gate, ...age, kind: z.literal('webhook'), hook: Id })

/** The plan that runs ends safe in every scenario of a rehearsal, and has no weakness that shows in one. */
export const RehearsalGate = z.strictObject({ ...gate, ...age, kind: z.literal('rehearsal') })

/** One of the windows is open at the moment at which the gate is used; one that has closed again holds it. */
export const WindowGate = z.strictObject({ ...gate, kind: z.literal('window'), windows: z.array(TimeWindow).min(1) })

/** None of the freezes holds. Only time opens it; a person may pass over it with a reason, as for an urgent fix. */
export const FreezeGate = z.strictObject({ ...gate, kind: z.literal('freeze'), freezes: z.array(Freeze).min(1) })

export const Gate = z.discriminatedUnion('kind', [
  SignOffGate,
  CheckGate,
  StreakGate,
  GoNoGoGate,
  DependencyGate,
  WebhookGate,
  RehearsalGate,
  WindowGate,
  FreezeGate,
])
export type Gate = z.infer<typeof Gate>
export type GateOf<K extends Gate['kind']> = Extract<Gate, { kind: K }>
