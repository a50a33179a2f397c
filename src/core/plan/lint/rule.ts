/** What a lint rule is: pure, one file each; its header is its manual and its examples are its tests. */
import type { Diagnostic, SourceRange } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'

export interface Finding {
  source: SourceRange
  message: string
  /** What to write instead. */
  hint: string
}

export interface LintRule {
  /** Stable upper-snake name. */
  id: string
  severity: Diagnostic['severity']
  check(draft: PlanDraft): Finding[]
  /** Markdown: each `finds` gives at least one finding of this rule, each `accepts` none. */
  examples: { finds: string[]; accepts: string[] }
}

/** The first finding of each key. */
export function distinct(findings: Finding[], keyOf: (finding: Finding) => string | number): Finding[] {
  const byKey = new Map<string | number, Finding>()
  for (const finding of findings) if (!byKey.has(keyOf(finding))) byKey.set(keyOf(finding), finding)
  return [...byKey.values()]
}
