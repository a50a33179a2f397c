/** Steps of random plans, of every kind but ladders. */
import type { RollbackStep, Step, StepOf } from '../../src/core/plan/step.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { intervalMs, signing, some, statement } from './random-statement.ts'

const parameters = {}
const stepKinds = ['deploy', 'check', 'command', 'confirm', 'migrate', 'setFlag', 'drill', 'notify', 'wait'] as const

export function otherSteps(random: Seeded, place: string, most: number): Step[] {
  return Array.from({ length: random.int(most + 1) }, (_, index) => otherStep(random, `${place}/step-${index}`))
}

function otherStep(random: Seeded, id: string): Step {
  const kind = random.pick(stepKinds)
  const base = statement(id)
  switch (kind) {
    case 'deploy':
      return { ...base, kind, target: random.pick(['staging', 's1-production']), version: 'v2' }
    case 'check':
      return { ...base, kind, check: id }
    case 'command':
      return { ...base, kind, command: 'warm-up', parameters }
    case 'confirm':
      return { ...base, kind, role: random.pick(signing) }
    case 'migrate':
      return { ...base, kind, ...migration(random) }
    case 'setFlag':
      return { ...base, kind, backend: 'flags', flag: 'extra', percent: random.pick([0, 50, 100]) }
    case 'drill':
      return { ...base, kind, backend: 'flags', flag: 'rollback.toggle' }
    case 'notify':
      return { ...base, kind, audience: ['Lead'] }
    case 'wait':
      return { ...base, kind, waitMs: random.int(4) * intervalMs }
  }
}

function migration(random: Seeded): Omit<StepOf<'migrate'>, 'id' | 'text' | 'source' | 'kind' | 'after'> {
  const call = (command: string) => ({ command, parameters })
  return {
    ...(random.chance(0.6) ? { backup: call('backup'), verifyBackup: call('verify-backup') } : {}),
    ...(random.chance(0.5) ? { dryRun: call('dry-run') } : {}),
    apply: call('apply'),
    ...(random.chance(0.6) ? { verify: call('verify') } : {}),
    ...(random.chance(0.5)
      ? { revert: call('revert') }
      : { irreversible: { acceptedBy: 'rina', reason: 'it only adds' } }),
  }
}

export function rollbackSteps(random: Seeded): RollbackStep[] {
  const all: RollbackStep[] = [
    { ...statement('back/command'), kind: 'command', command: 'purge', parameters },
    { ...statement('back/check'), kind: 'check', check: 'after-rollback' },
    { ...statement('back/flag'), kind: 'setFlag', backend: 'flags', flag: 'fallback', percent: 100 },
  ]
  return random.chance(0.6) ? some(random, all, 2) : []
}
