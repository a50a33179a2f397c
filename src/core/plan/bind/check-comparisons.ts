/** Statements against the baseline need one: at a share of 100 %, and for a first release, nothing is left to compare with. */
import { canonicalThreshold } from '../condition.ts'
import { ladderOf, type Plan } from '../plan.ts'
import type { Binder } from './binder.ts'

export function checkComparisons(binder: Binder, plan: Plan): void {
  const { asks } = binder.input.bindings
  const told = new Set<string>()
  for (const { stage, step } of ladderOf(plan)) {
    const isAlone = stage.percent >= 100 || binder.services.get(step.service)?.isFirstRelease === true
    for (const { id, text, source, condition } of isAlone ? stage.criteria : []) {
      if (canonicalThreshold(condition)?.kind !== 'ratio' || told.has(id)) continue
      told.add(id)
      const message = `"${text}" cannot be judged at ${stage.name}: nothing is left to compare with, so ${asks} will be asked`
      const hint = 'state a threshold for that stage, or end the ladder below 100 %'
      binder.report('warning', 'NOTHING_TO_COMPARE', source, message, hint)
    }
  }
}
