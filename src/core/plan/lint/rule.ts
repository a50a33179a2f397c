/** What a lint rule is: pure, one file each; its words are its manual page and its examples are its tests. */
import type { z } from 'zod'
import type { Bindings } from '../bindings.ts'
import type { Diagnostic, SourceRange } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import type { Operator } from '../operator.ts'

export interface Finding {
  source: SourceRange
  message: string
  /** What to write instead. */
  hint: string
}

/** The manual page of a rule, which is printed by `tidegate lint --explain` and stands in docs/lint-rules.md. */
export interface RuleText {
  /** Stable upper-snake name. */
  id: string
  severity: Diagnostic['severity']
  /** What it finds, in one sentence. */
  summary: string
  /** Why it matters to whoever runs the plan. */
  why: string
  /** What to write or do instead. */
  instead: string
}

/** What the document is bound to, as far as it is known. */
export interface Surroundings {
  bindings?: Bindings
  operator?: Operator
}

/** Looks at the document, and needs nothing else; what it is bound to may answer it. */
export interface LintRule extends RuleText {
  check(draft: PlanDraft, surroundings: Surroundings): Finding[]
  /** Markdown: each `finds` gives at least one finding of this rule, each `accepts` none. */
  examples: { finds: string[]; accepts: string[] }
}

/** Looks at the document and at what it is bound to; finds nothing where that is not known. */
export interface BoundLintRule extends RuleText {
  check(draft: PlanDraft, surroundings: Surroundings): Finding[]
  examples: { finds: BoundExample[]; accepts: BoundExample[] }
}

/** A document with the parts of `tidegate.yaml` and `operator.yaml` that matter for it. */
export interface BoundExample {
  plan: string
  bindings?: Partial<z.input<typeof Bindings>>
  operator?: Partial<z.input<typeof Operator>>
}

/** The first finding of each key. */
export function distinct(findings: Finding[], keyOf: (finding: Finding) => string | number): Finding[] {
  const byKey = new Map<string | number, Finding>()
  for (const finding of findings) if (!byKey.has(keyOf(finding))) byKey.set(keyOf(finding), finding)
  return [...byKey.values()]
}

/** The line that a finding about something longer points at. */
export function firstLine({ start }: SourceRange): SourceRange {
  return { start, end: start }
}
