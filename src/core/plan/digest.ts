/** What a release is pinned to: the plan as bound, what it names in the operator's catalogue, and the schema's version. */
import { digestOf } from '../canonical.ts'
import type { Operator } from './operator.ts'
import type { Plan } from './plan.ts'
import type { Step } from './step.ts'

/** SHA-256, hexadecimal. The document's bytes stand apart: ticks written back into it change nothing here. */
export function planDigest(plan: Plan, operator: Operator): string {
  const named = namesOf(plan)
  const pick = <T>(entries: Readonly<Record<string, T>>, names: readonly string[]) =>
    Object.fromEntries([...new Set(names)].map((name) => [name, entries[name]]))
  return digestOf({
    plan,
    targets: pick(operator.targets, named.targets),
    checks: pick(operator.checks, named.checks),
    commands: pick(operator.commands, named.commands),
    flagBackends: pick(operator.flagBackends, named.flagBackends),
    hooks: pick(operator.hooks, named.hooks),
  })
}

interface Names {
  targets: string[]
  checks: string[]
  commands: string[]
  flagBackends: string[]
  hooks: string[]
}

/** Every entry of the catalogue that the plan may use, whatever for. */
function namesOf(plan: Plan): Names {
  const named: Names = { targets: [], checks: [], commands: [], flagBackends: [], hooks: [] }
  for (const { mover, deployer } of plan.services) {
    if (mover.kind === 'traffic') named.targets.push(mover.router)
    else named.flagBackends.push(mover.backend)
    if (deployer !== undefined) named.targets.push(deployer)
  }
  for (const gate of plan.phases.flatMap(({ entry, exit }) => [...entry, ...exit])) {
    if (gate.kind === 'check' || gate.kind === 'streak') named.checks.push(gate.check)
    if (gate.kind === 'webhook') named.hooks.push(gate.hook)
  }
  for (const step of [...plan.phases.flatMap(({ steps }) => steps), ...plan.rollback.steps]) addStep(named, step)
  return named
}

function addStep(named: Names, step: Step): void {
  if (step.kind === 'deploy') named.targets.push(step.target)
  if (step.kind === 'check') named.checks.push(step.check)
  if (step.kind === 'command') named.commands.push(step.command)
  if (step.kind === 'setFlag' || step.kind === 'drill') named.flagBackends.push(step.backend)
  if (step.kind === 'migrate')
    for (const part of ['backup', 'verifyBackup', 'dryRun', 'apply', 'verify', 'revert'] as const)
      named.commands.push(...(step[part] ? [step[part].command] : []))
  if (step.kind === 'rollout')
    for (const { action } of step.stages.flatMap(({ triggers }) => triggers))
      if (action.kind === 'command') named.commands.push(action.command)
}
