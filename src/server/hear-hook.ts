/** What an outside system says, brought to every release that waits for its hook. */
import { createHash } from 'node:crypto'
import { redactDeep } from '../core/find-secrets.ts'
import type { CheckEvidence } from '../core/release/evidence.ts'
import type { ReleaseRunner } from '../runtime/release-runner.ts'
import type { Answer, HookAnswer, HookCall } from './contract.ts'
import { problem } from './problems.ts'

/** The evidence of a call; `bytes` are what was signed. */
export function evidenceOf({ releaseId: _, ...said }: HookCall, bytes: Uint8Array): CheckEvidence {
  // The log is kept for good and shown to many.
  return { ...redactDeep(said), digest: createHash('sha256').update(bytes).digest('hex') }
}

/** 409 when none of these releases waits for the hook now. Throws `StoreRefusal`. */
export async function hearHook(
  runners: readonly ReleaseRunner[],
  hook: string,
  evidence: CheckEvidence,
): Promise<Answer<HookAnswer>> {
  const heard: HookAnswer['heard'] = []
  for (const runner of runners) {
    const decision = await runner.submit({ type: 'webhook', hook, evidence })
    if (decision.rejected) continue
    const gateIds = decision.events.flatMap(({ event }) => (event.type === 'WebhookReceived' ? [event.gateId] : []))
    heard.push({ releaseId: runner.release.releaseId, gateIds })
  }
  if (heard.length > 0) return { ok: true, value: { heard } }
  return problem(
    409,
    'Nobody waits',
    `no release waits for ${hook} now`,
    'send it again once a release has come to its gate',
  )
}
