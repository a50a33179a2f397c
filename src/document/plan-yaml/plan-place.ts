/** Where a fact of a YAML plan stands: its own lines, and beside them the lines of the document it was first stated in. */
import type { Diagnostic, SourceRange } from '../../core/plan/diagnostic.ts'
import type { Origin } from './scalars.ts'

export type YamlPath = readonly (string | number)[]

/** What the readers of a YAML plan share. */
export interface PlanPlaces {
  file: string
  diagnostics: Diagnostic[]
  /** Lines of this file, without its name: the draft names it once. */
  place(path: YamlPath, at?: Origin): SourceRange
}

/** `from` is the document whose lines `at` names where it names no other. */
export function planPlaces(file: string, span: (path: YamlPath) => SourceRange, from: string | undefined): PlanPlaces {
  const diagnostics: Diagnostic[] = []
  const place = (path: YamlPath, at?: Origin): SourceRange => {
    const { start, end } = span(path)
    const document = at?.file ?? from
    if (!at) return { start, end }
    if (document !== undefined) return { start, end, origin: { file: document, start: at.start, end: at.end } }
    if (diagnostics.length === 0)
      diagnostics.push({
        ruleId: 'ORIGIN_UNKNOWN',
        severity: 'error',
        source: { file, start, end },
        message: '`at` names lines, and nothing says of which document',
        hint: 'write `from: ROLLOUT.md` at the top, or take `at` away',
      })
    return { start, end }
  }
  return { file, diagnostics, place }
}

/** A fact as the draft has it: with its place and the rule that read it. */
export function fact<T extends { at?: Origin | undefined }>(
  { place }: PlanPlaces,
  path: YamlPath,
  rule: string,
  { at, ...rest }: T,
): Omit<T, 'at'> & { source: SourceRange; rule: string } {
  return { source: place(path, at), rule, ...rest }
}
