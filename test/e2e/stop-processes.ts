/** Ends whatever a run in this state folder left behind, so that a failing test leaves nothing running. */
import { join } from 'node:path'
import { createSupervisor } from '../../src/drivers/deploy/supervisor.ts'

export const stopProcesses = (stateDir: string): Promise<void> =>
  createSupervisor({ folder: join(stateDir, 'processes'), cwd: stateDir }).stopAll()
