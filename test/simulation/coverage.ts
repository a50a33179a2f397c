/** What a simulation reached: every command in every status while every fault was at work, and every fault that did something there. */
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import type { ReleaseStatus } from '../../src/core/release/release.ts'
import type { FaultKind } from './faults.ts'
import type { Fault } from './scenario.ts'

export class Coverage {
  /** `status command fault`, and `status command accepted|refused`. */
  readonly commands = new Set<string>()
  /** `status fault`: it changed what a call or a look brought. */
  readonly faults = new Set<string>()

  command(
    status: ReleaseStatus,
    type: ReleaseCommand['type'],
    isRejected: boolean,
    faults: readonly Fault[],
    nowMs: number,
  ): void {
    this.commands.add(`${status} ${type} ${isRejected ? 'refused' : 'accepted'}`)
    for (const { kind, fromMs, toMs } of faults)
      if (fromMs <= nowMs && nowMs < toMs) this.commands.add(`${status} ${type} ${kind}`)
  }

  hit(status: ReleaseStatus, kind: FaultKind): void {
    this.faults.add(`${status} ${kind}`)
  }
}
