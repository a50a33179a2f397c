/** Document and bindings and what the operator lends become the plan that runs, or the list of what is wrong. */
import type { Diagnostic } from '../diagnostic.ts'
import { type Plan, planSchemaVersion, type ReportedTrigger } from '../plan.ts'
import { withCalendar } from './bind-calendar.ts'
import { bindFlags } from './bind-flags.ts'
import { bindPhases } from './bind-phases.ts'
import { bindMetrics, bindService } from './bind-service.ts'
import { Binder, type BindInput } from './binder.ts'
import { nameKey } from './names.ts'

/** The plan is there only when no diagnostic is an error. */
export function bindPlan(input: BindInput): { plan?: Plan; diagnostics: Diagnostic[] } {
  const binder = new Binder(input)
  const { draft, bindings } = input
  bindMetrics(binder)
  const service = bindService(binder)
  const reportedTriggers: ReportedTrigger[] = []
  const phases = withCalendar(binder, bindPhases(binder, reportedTriggers))
  bindFlags(binder)
  const deadlineMs = rollbackDeadline(binder)
  binder.role(bindings.asks, ['asks'])
  reportUnused(binder)
  const plan: Plan = {
    schemaVersion: planSchemaVersion,
    name: draft.title,
    version: draft.metadata.find(({ label }) => nameKey(label) === 'version')?.value ?? bindings.service.candidate,
    document: draft.file,
    ...(bindings.author === undefined ? {} : { author: bindings.author }),
    services: [service],
    metrics: binder.metrics,
    phases,
    reportedTriggers,
    rollback: { deadlineMs: deadlineMs ?? 1, steps: [] },
    judging: {
      intervalMs: bindings.judging.interval,
      stalenessMs: bindings.judging.staleness,
      sampleWaitMs: bindings.judging.sampleWait,
      breachLooks: bindings.judging.breachLooks,
      clearLooks: bindings.judging.clearLooks,
    },
    roles: rolesOf(binder),
    asks: bindings.asks,
  }
  const failed = binder.diagnostics.some(({ severity }) => severity === 'error')
  return failed ? { diagnostics: binder.diagnostics } : { plan, diagnostics: binder.diagnostics }
}

/** The shorter of what the document and the bindings say; neither is an error, for a rollback without a deadline cannot be late. */
function rollbackDeadline(binder: Binder): number | undefined {
  const stated = [binder.input.bindings.rollback?.deadline, binder.input.draft.rollback.budgetMs]
  const known = stated.filter((value) => value !== undefined)
  if (known.length > 0) return Math.min(...known)
  binder.report(
    'error',
    'NO_ROLLBACK_DEADLINE',
    [],
    'nothing says how long a rollback may take',
    'add `rollback: { deadline: 10m }`',
  )
  return undefined
}

function rolesOf(binder: Binder): Plan['roles'] {
  const { people } = binder.input.operator
  const { author } = binder.input.bindings
  if (author !== undefined && !people[author]) binder.unknown(['author'], 'person', author, Object.keys(people))
  const roles = [...binder.roles.keys()].map((role): [string, string[]] => {
    const holders = Object.entries(people).filter(([, person]) => person.groups.includes(role))
    return [role, holders.map(([id]) => id)]
  })
  for (const [role, holders] of roles) {
    if (holders.length === 0) {
      const groups = [...new Set(Object.values(people).flatMap((person) => person.groups))]
      binder.unknown(binder.placeOfRole(role), 'group', role, groups)
    } else if (holders.every((holder) => holder === author)) {
      const message = `only the plan's author is in "${role}", and authors do not sign their own plans`
      binder.report('error', 'NO_SIGNER', binder.placeOfRole(role), message, 'add somebody to the group')
    }
  }
  return Object.fromEntries(roles)
}

/** An entry that matches nothing in the document is a typing mistake, not a wish. */
function reportUnused(binder: Binder): void {
  const { draft } = binder.input
  const known = {
    criterion: draft.phases.flatMap((phase) => [...phase.criteria, ...phase.entryCriteria]).map(({ text }) => text),
    trigger: [...(draft.triggers ?? []), ...draft.phases.flatMap((phase) => phase.triggers)].map(({ text }) => text),
    checklist: draft.checklists.map(({ title }) => title),
  }
  for (const name of binder.criteria.unused()) binder.unknown(['criteria', name], 'criterion', name, known.criterion)
  for (const name of binder.triggers.unused()) binder.unknown(['triggers', name], 'trigger', name, known.trigger)
  for (const name of binder.checklists.unused())
    binder.unknown(['checklists', name], 'checklist', name, known.checklist)
}
