/** What a rehearsal does once the users are back: what is bound or proposed, and a command for every other step of the document. */
import type { RollbackStepBinding } from '../../bindings-steps.ts'
import { nameKey, slugOf } from '../names.ts'
import type { Finding } from '../propose/proposal.ts'
import { callOf, type Imagination } from './imagination.ts'
import { lendCommand } from './lend-named.ts'

/** Commands that are imagined; what a document lists beyond is done by hand. */
const maximumCommands = 20

export function imagineRollback(world: Imagination, findings: readonly Finding[]): void {
  const steps = findings.filter(({ path, state }) => isStep(path) && state !== 'bound')
  let free = maximumCommands
  for (const { says, path, source, state, value, reason } of steps) {
    const proposed = state === 'proposed' ? callOf(value as RollbackStepBinding) : undefined
    if (!proposed) free--
    const binding = proposed ?? (free < 0 ? { byHand: world.bindings.asks ?? '' } : imaginedCommand(world, says))
    const { rollback } = world.bindings
    const change = { ...rollback, steps: { ...rollback?.steps, [says]: binding } }
    world.bind({ rollback: change }, path, binding, proposed ? (reason ?? '') : 'nothing does it yet', source)
  }
}

const isStep = (path: Finding['path']): boolean => path[0] === 'rollback' && path[1] === 'steps'

function imaginedCommand(world: Imagination, says: string): RollbackStepBinding {
  const command = world.freeName('commands', `imagined-${slugOf(says)}`)
  lendCommand(world, command, [], `the document says "${nameKey(says)}" of going back`)
  return { command, parameters: {} }
}
