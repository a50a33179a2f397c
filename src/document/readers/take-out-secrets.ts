/** Secrets leave the text before anything else reads it, so that no fact, finding or view can repeat them. */
import { findSecrets, redactSecrets } from '../../core/find-secrets.ts'
import type { PlanDraft } from '../../core/plan/draft.ts'

/** The text without them; the draft keeps where they stood and what they seemed to be. */
export function takeOutSecrets(draft: PlanDraft, text: string): string {
  const found = findSecrets(text)
  if (found.length === 0) return text
  draft.secrets = found.map(({ what, start }) => {
    const line = text.slice(0, start).split('\n').length
    return { source: { start: line, end: line }, rule: 'secret/text', what }
  })
  return redactSecrets(text)
}
