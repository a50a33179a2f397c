/** Gates of all kinds, from the words of the document and what the bindings say of them. */
import type { DeadlineBinding, GateBinding } from '../bindings-gates.ts'
import type { SourceRange } from '../diagnostic.ts'
import type { Gate, GateDeadline } from '../gate.ts'
import type { Binder, BindingsPath, Place } from './binder.ts'

export interface Statement {
  id: string
  text: string
  source: SourceRange
}

/** `place` is where the binding stands. */
export function bindGate(binder: Binder, statement: Statement, binding: GateBinding, place: BindingsPath): Gate {
  const gate = { ...statement, ...deadlineOf(binder, binding.deadline, place) }
  const age = 'maximumAge' in binding && binding.maximumAge !== undefined ? { maximumAgeMs: binding.maximumAge } : {}
  if ('check' in binding) {
    requireCheck(binder, [...place, 'check'], binding.check)
    return { ...gate, ...age, kind: 'check', check: binding.check }
  }
  if ('streak' in binding) {
    requireCheck(binder, [...place, 'streak'], binding.streak)
    const runs = runsOf(binder, statement.text, binding.runs, place)
    return { ...gate, ...age, kind: 'streak', check: binding.streak, runs, everyMs: binding.every }
  }
  if ('rehearsal' in binding) return { ...gate, ...age, kind: 'rehearsal' }
  if ('webhook' in binding) {
    const known = Object.keys(binder.input.operator.hooks)
    if (!known.includes(binding.webhook)) binder.unknown([...place, 'webhook'], 'hook', binding.webhook, known)
    return { ...gate, ...age, kind: 'webhook', hook: binding.webhook }
  }
  if ('goNoGo' in binding) {
    const role = binder.role(binding.goNoGo, [...place, 'goNoGo'], binding.quorum)
    return { ...gate, kind: 'goNoGo', role, quorum: binding.quorum }
  }
  if ('dependency' in binding) {
    const role = binder.role(binding.dependency, [...place, 'dependency'])
    return { ...gate, kind: 'dependency', role, ...(binding.due === undefined ? {} : { due: binding.due }) }
  }
  const { signOff, count = 1 } = binding
  return { ...gate, kind: 'signOff', role: binder.role(signOff, [...place, 'signOff'], count), count }
}

/** Nothing binds it: somebody of this role signs. */
export const signedBy = (binder: Binder, statement: Statement, role: string): Gate => ({
  ...statement,
  kind: 'signOff',
  role: binder.role(role, statement.source),
  count: 1,
})

function deadlineOf(
  binder: Binder,
  deadline: DeadlineBinding | undefined,
  place: BindingsPath,
): { deadline?: GateDeadline } {
  if (!deadline) return {}
  const { after, remindEvery, escalateTo, onMissed } = deadline
  if (escalateTo !== undefined) binder.role(escalateTo, [...place, 'deadline', 'escalateTo'], 0)
  return {
    deadline: {
      afterMs: after,
      ...(remindEvery === undefined ? {} : { remindEveryMs: remindEvery }),
      ...(escalateTo === undefined ? {} : { escalateTo }),
      onMissed,
    },
  }
}

const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const amount = String.raw`(\d{1,4}|${numbers.slice(1).join('|')})`
const streaks = [
  new RegExp(String.raw`\b${amount}\s+(?:\p{L}+\s+)?(?:consecutive|successive|straight)\b`, 'iu'),
  new RegExp(String.raw`\b${amount}\s+(?:[\p{L}-]+\s+){0,3}(?:in a row|in succession|back[- ]to[- ]back)\b`, 'iu'),
]

/** How many runs in a row the words ask for: 5 of "5 consecutive green runs". */
export function runsIn(text: string): number | undefined {
  const said = streaks.map((pattern) => pattern.exec(text)?.[1]?.toLowerCase()).find((word) => word !== undefined)
  if (said === undefined) return undefined
  const index = numbers.indexOf(said)
  const runs = index >= 0 ? index + 1 : Number(said)
  return runs >= 2 && runs <= 1_000 ? runs : undefined
}

function runsOf(binder: Binder, text: string, bound: number | undefined, place: BindingsPath): number {
  const said = runsIn(text)
  if (bound === undefined && said === undefined) {
    const message = `"${text}" does not say how many runs have to pass in a row`
    binder.report('error', 'NO_RUNS', place, message, 'say it: `runs: 5`')
  }
  if (bound !== undefined && said !== undefined && bound < said) {
    const message = `the document asks for ${said} runs in a row, and the binding for ${bound}`
    binder.report('error', 'FEWER_RUNS', [...place, 'runs'], message, `leave \`runs\` out, or write ${said} or more`)
  }
  return bound ?? said ?? 2
}

export function requireCheck(binder: Binder, place: Place, check: string): void {
  const known = Object.keys(binder.input.operator.checks)
  if (!known.includes(check)) binder.unknown(place, 'check', check, known)
}
