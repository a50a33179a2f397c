/** How the document goes back: steps, commands, and the time it allows itself. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftStep } from '../../core/plan/draft.ts'
import { numberStart, readDuration } from '../grammar/read-quantity.ts'
import { cleanText, foldCase } from '../markdown/clean-text.ts'
import type { Reader } from './reader.ts'

export function addRollbackStep(reader: Reader, step: DraftStep): void {
  const { steps } = reader.draft.rollback
  const last = steps.at(-1)
  // Several code blocks under one title are one step.
  if (last && last.text === step.text && step.code.length > 0 && step.details.length === 0) {
    last.code.push(...step.code)
    last.source = { ...last.source, end: step.source.end }
  } else {
    steps.push(step)
  }
}

const undo = '(?:roll(?:ing)?[- ]?back|rollback|revert|abort)'
const onlyWhen = [
  `^(?:immediately |automatically )?${undo}(?: immediately| automatically)? (?:if|when|whenever) (?!.* then )[^:;→]*$`,
  `^(?:if|when|whenever) .* ${undo}(?: immediately| automatically| at once)?[.;]?$`,
  `^${undo}(?: (?:must|should|has|needs|is|be|to|done|complete[sd]?|finish(?:es|ed)?))* within ${numberStart}[^,:;]{1,20}$`,
].map((pattern) => new RegExp(pattern, 'i'))

/** "Roll back if errors > 2 %", "Roll back within 5 minutes": when, and in what time, but nothing that is done. */
export const saysOnlyWhen = (text: string): boolean => onlyWhen.some((pattern) => pattern.test(cleanText(text)))

const allowed = new RegExp(
  String.raw`(?:within|in under|in less than|less than|under|at most|no more than|max(?:imum)?|<=?|≤|en moins de|en|dans les|em ate)\s*(?=${numberStart})(.{1,30})`,
)

/** What is shorter is a latency. */
const shortestBudgetMs = 1_000

/**
 * "within 15 minutes", "(< 2 minutes)", "rollback time: 5 min": the first budget stated counts, and of a range its longer end.
 * Outside a rollback section the text itself must speak of going back, and the section's own word goes before it. `false` when there is none.
 */
export function readBudget(reader: Reader, text: string, source: SourceRange, underRollback: boolean): boolean {
  const { rollback } = reader.draft
  const words = foldCase(cleanText(text))
  if (
    !underRollback &&
    !/roll-? ?back|revert|time to re(?:store|cover)|recovery time|\brto\b|retour arriere|回滚|롤백/.test(words)
  )
    return false
  // How long to look, to decide, to tell people, or since when: no time to be back in.
  if (
    /evaluat|decid|decis|verif|\bactions?\b|post-|monitor|notif|communicat|mortem|report|observ|hot-?fix|respond|reply/.test(
      words,
    )
  )
    return false
  const allowance =
    allowed.exec(words)?.[1] ??
    /\b(?:time|budget|deadline|duration|rto|sla|tempo|duree)\b[^\d:=(>≥%]{0,30}[:=]? ?(?:is )?[~≈<≤]? ?(\d.{1,30})/.exec(
      words,
    )?.[1] ??
    /\((?:[^()\d]{0,12}[ ~≈])?(\d{1,4} ?(?:(?:-|–|to) ?\d{1,4} ?)?\p{L}{1,10})(?: ?(?:이내|以内))?\)/u.exec(words)?.[1]
  const span = allowance === undefined ? undefined : readDuration(allowance)
  if (!allowance || span?.index !== 0 || span.durationMs[1] < shortestBudgetMs) return false
  if (/^ ?(?:after|of|following|since|before|post)\b/.test(allowance.slice(span.length))) return false
  rollback.budgets.push({ source, rule: 'budget/time', text: cleanText(text), ms: span.durationMs[1] })
  if (rollback.budgetMs !== undefined && (!underRollback || reader.budgetUnderRollback)) return true
  rollback.budgetMs = span.durationMs[1]
  rollback.budgetSource = source
  reader.budgetUnderRollback = underRollback
  return true
}
