/** The demo's people: they sign what waits for their role, over the same API as anyone, and are labelled as demo people wherever they appear. */
import type { Operator } from '../core/plan/operator.ts'
import type { ControllerApi } from '../server/contract.ts'

/** Between two looks at what waits. */
const pauseMs = 400
/** A sign-off that was refused is not tried again. */
const comment = 'signed by a demo person'

/** Signs until the signal aborts. A lost connection is left to whoever watches the release. */
export async function signAsDemoPeople(
  api: ControllerApi,
  releaseId: string,
  operator: Operator,
  signal: AbortSignal,
): Promise<void> {
  const refused = new Set<string>()
  while (!signal.aborted) {
    const answer = await api.release(releaseId)
    for (const { gateId, role } of answer.ok ? answer.value.waits : []) {
      if (gateId === undefined || role === undefined || refused.has(gateId)) continue
      const signer = Object.entries(operator.people).find(([, person]) => person.demo && person.groups.includes(role))
      const signed =
        signer && (await api.command(releaseId, { actor: signer[0], command: { type: 'approve', gateId, comment } }))
      if (!signed?.ok) refused.add(gateId)
    }
    await sleep(pauseMs, signal)
  }
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
