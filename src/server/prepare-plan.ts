/** From texts to a plan that may start: import, lint, read the bindings, bind, digest. Everything found is reported with its place. */
import { redactDeep } from '../core/find-secrets.ts'
import { bindPlan } from '../core/plan/bind/bind-plan.ts'
import { Bindings } from '../core/plan/bindings.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import { planDigest } from '../core/plan/digest.ts'
import type { Operator } from '../core/plan/operator.ts'
import type { Plan } from '../core/plan/plan.ts'
import { documentFindings, importDocument } from '../document/import-document.ts'
import { joinCompanions } from '../document/join-companions.ts'
import { readYaml } from '../document/yaml/read-yaml.ts'
import type { StartRequest } from './contract.ts'

export type Prepared = { plan: Plan; digest: string; diagnostics: Diagnostic[] } | { diagnostics: Diagnostic[] }

/** Findings quote the texts they are about, and are shown and logged. */
export function preparePlan(
  request: Pick<StartRequest, 'document' | 'companions' | 'bindings'>,
  operator: Operator,
): Prepared {
  const prepared = prepare(request, operator)
  return { ...prepared, diagnostics: redactDeep(prepared.diagnostics) }
}

function prepare(request: Pick<StartRequest, 'document' | 'companions' | 'bindings'>, operator: Operator): Prepared {
  const main = importDocument(request.document.text, request.document.path)
  const { companions } = request
  const document = companions ? joinCompanions(main, new Map(companions.map(({ path, text }) => [path, text]))) : main
  const read = readYaml(request.bindings.text, request.bindings.path, Bindings)
  const surroundings = { operator, ...(read.value && { bindings: read.value }) }
  const found = [...documentFindings(document, surroundings), ...read.diagnostics]
  if (!read.value || document.isUnreadable) return { diagnostics: found }
  const bound = bindPlan({ draft: document.draft, bindings: read.value, locate: read.locate, operator })
  const all = [...found, ...bound.diagnostics]
  if (!bound.plan || all.some(({ severity }) => severity === 'error')) return { diagnostics: all }
  return { plan: bound.plan, digest: planDigest(bound.plan, operator), diagnostics: all }
}
