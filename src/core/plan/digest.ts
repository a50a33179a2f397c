/** What a release is pinned to: the plan as bound, what it names in the operator's catalogue, and the schema's version. */
import { digestOf } from '../canonical.ts'
import type { Operator } from './operator.ts'
import type { Plan } from './plan.ts'

/** SHA-256, hexadecimal. The document's bytes stand apart: ticks written back into it change nothing here. */
export function planDigest(plan: Plan, operator: Operator): string {
  const named = {
    targets: [plan.rollout.router, plan.rollout.deployer],
    checks: [] as string[],
    commands: [] as string[],
  }
  for (const phase of plan.phases) {
    for (const item of [...phase.entry, ...phase.steps, ...phase.exit]) {
      if (item.kind === 'deploy') named.targets.push(item.target)
      if (item.kind === 'check') named.checks.push(item.check)
      if (item.kind === 'command') named.commands.push(item.command)
    }
  }
  const pick = <T>(entries: Readonly<Record<string, T>>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, entries[name]]))
  return digestOf({
    plan,
    targets: pick(operator.targets, named.targets),
    checks: pick(operator.checks, named.checks),
    commands: pick(operator.commands, named.commands),
  })
}
