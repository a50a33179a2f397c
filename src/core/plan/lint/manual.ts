/** The manual page of a rule, as Markdown: what `tidegate lint --explain` prints and docs/lint-rules.md holds. */
import type { BoundLintRule, LintRule, RuleText } from './rule.ts'

const levels = {
  error: 'Error: blocks `start`, never `rehearse`.',
  warning: 'Warning: acknowledged by name at `start`.',
  note: 'Note: stops nothing.',
} as const

export function manualOf(rule: LintRule | BoundLintRule): string {
  const [found] = rule.examples.finds
  const [accepted] = rule.examples.accepts
  return [
    `## ${rule.id}`,
    sentence(rule),
    levels[rule.severity],
    `**Why it matters:** ${rule.why}`,
    `**Write instead:** ${rule.instead}`,
    ...(found === undefined ? [] : [`Found in:`, fence(planOf(found))]),
    ...(accepted === undefined ? [] : [`Not found in:`, fence(planOf(accepted))]),
  ].join('\n\n')
}

function sentence({ summary }: RuleText): string {
  return `${(summary[0] ?? '').toUpperCase()}${summary.slice(1)}.`
}

const planOf = (example: string | { plan: string }): string => (typeof example === 'string' ? example : example.plan)

/** Examples hold fences of three. */
const fence = (text: string): string => `~~~~markdown\n${text}\n~~~~`
