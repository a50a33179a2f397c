/** Rule: a stage has a share that the bound router cannot set. */
import { servicesOf } from '../bindings.ts'
import type { PlanDraft } from '../draft.ts'
import { smallestStepPercent, type Target } from '../operator.ts'
import { laddersOf } from './ladders-of.ts'
import type { BoundLintRule, Finding } from './rule.ts'

export const shareTooFine: BoundLintRule = {
  id: 'SHARE_TOO_FINE',
  severity: 'error',
  summary: 'a stage has a share that is finer than the steps of the router it is bound to',
  why: 'The share that is read back would never be the one asked for, and nothing advances on that.',
  instead: 'Write a share that is a multiple of the smallest step.',
  check: (draft, { bindings, operator }) => {
    const routers = bindings ? servicesOf(bindings).flatMap(([, { router }]) => router ?? []) : []
    return [...new Set(routers)].flatMap((name) => findingsAt(draft, name, operator?.targets[name]))
  },
  examples: {
    finds: [
      {
        plan: '## Phase 1: Canary (0.005%)',
        operator: { targets: { proxy: { driver: 'embedded-proxy', admin: 'http://127.0.0.1:1', backends: {} } } },
      },
    ],
    accepts: [
      {
        plan: '## Phase 1: Canary (0.5%)',
        operator: { targets: { proxy: { driver: 'embedded-proxy', admin: 'http://127.0.0.1:1', backends: {} } } },
      },
    ],
  },
}

/** Every share that the router of this name cannot set. */
function findingsAt(draft: PlanDraft, name: string, target: Target | undefined): Finding[] {
  const step = target && smallestStepPercent(target)
  if (!target || step === undefined) return []
  return laddersOf(draft).flatMap(({ rungs }) =>
    rungs
      .filter(({ percent }) => !isMultiple(percent, step))
      .map(
        ({ percent, line }): Finding => ({
          source: { start: line, end: line },
          message: `${percent}% is no multiple of ${step}%, the smallest step of ${name} (${target.driver})`,
          hint: `write ${Math.max(step, Number((Math.round(percent / step) * step).toFixed(6)))}%`,
        }),
      ),
  )
}

function isMultiple(percent: number, step: number): boolean {
  const steps = percent / step
  return Math.abs(steps - Math.round(steps)) < 1e-6
}
