/** Document and bindings and what the operator lends become the plan that runs, or the list of what is wrong. */
import { type Bindings, servicesOf } from '../bindings.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { type Plan, planSchemaVersion, type ReportedTrigger } from '../plan.ts'
import { withBars } from './bind-bars.ts'
import { withCalendar } from './bind-calendar.ts'
import { bindFlags } from './bind-flags.ts'
import { bindPhases } from './bind-phases.ts'
import { bindRollback } from './bind-rollback.ts'
import { bindMetrics, bindServices } from './bind-services.ts'
import { Binder, type BindInput } from './binder.ts'
import { checkComparisons } from './check-comparisons.ts'
import { findBindingSecrets } from './find-binding-secrets.ts'
import { nameKey } from './names.ts'

/** The plan is there only when no diagnostic is an error. */
export function bindPlan(input: BindInput): { plan?: Plan; diagnostics: Diagnostic[] } {
  const binder = new Binder(input)
  const { draft, bindings } = input
  bindMetrics(binder)
  bindServices(binder)
  const reportedTriggers: ReportedTrigger[] = []
  const phases = withCalendar(binder, bindPhases(binder, reportedTriggers))
  bindFlags(binder)
  const rollback = bindRollback(binder)
  binder.role(bindings.asks, ['asks'])
  reportUnused(binder)
  binder.diagnostics.push(...findBindingSecrets(bindings, input.locate))
  const [first] = servicesOf(bindings)
  const plan: Plan = {
    schemaVersion: planSchemaVersion,
    name: draft.title,
    version: draft.metadata.find(({ label }) => nameKey(label) === 'version')?.value ?? first?.[1].candidate ?? '',
    document: draft.file,
    ...(bindings.author === undefined ? {} : { author: bindings.author }),
    services: [...binder.services.values()],
    metrics: binder.metrics,
    phases,
    reportedTriggers,
    rollback,
    judging: {
      intervalMs: bindings.judging.interval,
      stalenessMs: bindings.judging.staleness,
      sampleWaitMs: bindings.judging.sampleWait,
      breachLooks: bindings.judging.breachLooks,
      clearLooks: bindings.judging.clearLooks,
      ...sequentialOf(bindings.judging.sequential),
      ...(bindings.judging.onMissing === 'hold' ? {} : { onMissing: bindings.judging.onMissing }),
    },
    roles: rolesOf(binder),
    asks: bindings.asks,
  }
  checkComparisons(binder, plan)
  const failed = binder.diagnostics.some(({ severity }) => severity === 'error')
  return failed ? { diagnostics: binder.diagnostics } : { plan: withBars(plan), diagnostics: binder.diagnostics }
}

function sequentialOf(binding: Bindings['judging']['sequential']): Pick<Plan['judging'], 'sequential'> {
  if (!binding) return {}
  const { falseAlarmEvery, ...rest } = binding
  return { sequential: { ...rest, ...(falseAlarmEvery === undefined ? {} : { falseAlarmEveryMs: falseAlarmEvery }) } }
}

/** Every role with its holders; one that has to sign needs enough of them beside the author. */
function rolesOf(binder: Binder): Plan['roles'] {
  const { people } = binder.input.operator
  const { author } = binder.input.bindings
  if (author !== undefined && !people[author]) binder.unknown(['author'], 'person', author, Object.keys(people))
  const groups = [...new Set(Object.values(people).flatMap((person) => person.groups))]
  const roles = [...binder.roles].map(([role, { place, signers }]): [string, string[]] => {
    const holders = Object.keys(people).filter((id) => people[id]?.groups.includes(role))
    const able = holders.filter((holder) => holder !== author).length
    if (holders.length === 0) binder.unknown(place, 'group', role, groups)
    else if (able < signers) {
      const message =
        able === 0
          ? `only the plan's author is in "${role}", and authors do not sign their own plans`
          : `${signers} people of "${role}" have to sign, and it has ${able} beside the plan's author`
      binder.report('error', 'NO_SIGNER', place, message, 'add somebody to the group')
    }
    return [role, holders]
  })
  return Object.fromEntries(roles)
}

/** An entry that matches nothing in the document is a typing mistake, not a wish. */
function reportUnused(binder: Binder): void {
  const { phases, triggers = [], checklists, dependencies } = binder.input.draft
  const items = checklists.flatMap((list) => list.items)
  const criteria = [...phases.flatMap((phase) => [...phase.criteria, ...phase.entryCriteria]), ...items]
  const all = [...triggers, ...phases.flatMap((phase) => phase.triggers)]
  const known = [
    ['criteria', 'criterion', binder.criteria, criteria.map(({ text }) => text)],
    ['triggers', 'trigger', binder.triggers, all.map(({ text }) => text)],
    ['checklists', 'checklist', binder.checklists, checklists.map(({ title }) => title)],
    ['dependencies', 'dependency', binder.dependencies, dependencies.map(({ text }) => text)],
  ] as const
  for (const [section, kind, entries, names] of known)
    for (const name of entries.unused()) binder.unknown([section, name], kind, name, names)
}
