/** Secrets leave the text before anything else reads it, so that no fact, finding or view can repeat them. */
import { findSecrets, redactSecrets } from '../../core/find-secrets.ts'
import type { PlanDraft } from '../../core/plan/draft.ts'

/** The text without them; the draft keeps where they stood and what they seemed to be. */
export function takeOutSecrets(draft: PlanDraft, text: string): string {
  const found = findSecrets(text)
  if (found.length === 0) return text
  let line = 1
  let counted = 0
  draft.secrets = found.map(({ what, start }) => {
    // In one pass: counting from the top for each would be quadratic.
    for (let at = text.indexOf('\n', counted); at >= 0 && at < start; at = text.indexOf('\n', counted)) {
      line++
      counted = at + 1
    }
    return { source: { start: line, end: line }, rule: 'secret/text', what }
  })
  return redactSecrets(text)
}
