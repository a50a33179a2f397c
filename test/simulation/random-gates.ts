/** Gates of random plans, of every kind. */
import type { Gate, GateDeadline } from '../../src/core/plan/gate.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { intervalMs, signing, statement } from './random-statement.ts'

const gateKinds = [
  'signOff',
  'signOff',
  'check',
  'check',
  'streak',
  'goNoGo',
  'dependency',
  'webhook',
  'rehearsal',
  'window',
  'freeze',
] as const

/** Releases start on Monday, 5 January 2026, at nine: open already and closing soon, open all day, or opening soon. */
const hours = [
  { from: '09:00', to: '09:01' },
  { from: '00:00', to: '24:00' },
  { from: '09:01', to: '09:30' },
]
const freezes = [
  { from: '2026-01-01', to: '2026-01-05T09:01' },
  { from: '2026-01-05T09:02', to: '2026-01-05T09:04' },
]

export function gatesOf(random: Seeded, place: string): Gate[] {
  return Array.from({ length: random.pick([0, 0, 0, 1, 1, 2]) }, (_, index) => gate(random, `${place}-${index}`))
}

function gate(random: Seeded, id: string): Gate {
  const kind = random.pick(gateKinds)
  const base = { ...statement(id), ...(random.chance(0.4) ? { deadline: deadline(random) } : {}) }
  const age = random.chance(0.5) ? { maximumAgeMs: random.pick([3, 20]) * intervalMs } : {}
  const role = random.pick(signing)
  switch (kind) {
    case 'signOff':
      return { ...base, kind, role, count: role === 'Security' ? 1 : random.pick([1, 1, 2]) }
    case 'goNoGo':
      return { ...base, kind, role, quorum: 1 }
    case 'dependency':
      return { ...base, kind, role }
    case 'check':
      return { ...base, ...age, kind, check: id }
    case 'streak':
      return { ...base, ...age, kind, check: id, runs: random.pick([2, 3]), everyMs: random.pick([1, 2]) * intervalMs }
    case 'rehearsal':
      return { ...base, ...age, kind }
    case 'webhook':
      return { ...base, ...age, kind, hook: 'hook' }
    case 'window':
      return { ...base, kind, windows: [{ days: ['mon'], zone: 'UTC', ...random.pick(hours) }] }
    case 'freeze':
      return { ...base, kind, freezes: [{ ...random.pick(freezes), zone: 'UTC', reason: 'stocktaking' }] }
  }
}

function deadline(random: Seeded): GateDeadline {
  return {
    afterMs: random.pick([5, 20]) * intervalMs,
    ...(random.chance(0.5) ? { remindEveryMs: 3 * intervalMs } : {}),
    ...(random.chance(0.3) ? { escalateTo: 'Security' } : {}),
    onMissed: random.pick(['hold', 'abort'] as const),
  }
}
