/** Gates that people open: sign-offs, dependencies that somebody confirms, and go/no-go votes. */
import { maySign } from '../../access/roles.ts'
import type { GateOf } from '../../plan/gate.ts'
import type { StepOf } from '../../plan/step.ts'
import type { Release, SignOff } from '../release.ts'

export type SignedGate = GateOf<'signOff' | 'dependency' | 'goNoGo'>

/** Who signs: the plan's role, or the one it was given to. */
export const roleOf = (release: Release, { id, role }: { id: string; role: string }): string =>
  release.gates[id]?.role ?? role

/** How many people's yes it takes. */
export function signersNeeded(gate: SignedGate): number {
  if (gate.kind === 'signOff') return gate.count
  return gate.kind === 'goNoGo' ? gate.quorum : 1
}

/** The last word of each person who may sign, checked again each time it is used: right, role and the plan's digest. */
export function standingWords(release: Release, gate: { id: string; role: string }): SignOff[] {
  const words = release.signOffs[gate.id]
  if (!words) return []
  const role = roleOf(release, gate)
  const last = new Map<string, SignOff>()
  for (const word of words) last.set(word.person.id, word)
  return [...last.values()].filter(
    ({ person, digest }) => digest === release.digest && maySign(release.plan, person.id, role).allowed,
  )
}

/** Enough distinct people said yes; of a go/no-go, nobody's no stands. */
export function isSigned(release: Release, gate: SignedGate): boolean {
  const words = standingWords(release, gate)
  if (gate.kind === 'goNoGo' && words.some(({ approved }) => !approved)) return false
  return words.filter(({ approved }) => approved).length >= signersNeeded(gate)
}

/** A step that somebody confirms is signed like a gate. */
export const confirmGate = ({ id, text, source, role }: StepOf<'confirm'>): SignedGate => ({
  id,
  text,
  source,
  kind: 'signOff',
  role,
  count: 1,
})
