/** Rule: staging is tried with other settings than production gets, and nothing says why. */
import type { DraftCode, PlanDraft } from '../draft.ts'
import { phaseAt } from './phase-at.ts'
import type { Finding, LintRule } from './rule.ts'
import { environmentIn } from './settings-of.ts'

export const settingsDiffer: LintRule = {
  id: 'SETTINGS_DIFFER',
  severity: 'warning',
  summary: 'a list or a lifetime differs between the settings of staging and of production without a word',
  why: 'What was tried on staging is then not what production gets. Addresses, secrets and sizes differ by nature; lists and lifetimes mostly by accident.',
  instead: 'Make them equal, or say in a comment on the line why they differ.',
  check,
  examples: {
    finds: [
      '## Staging\n```env\nSITE=https://staging.shop.example\nREGIONS=eu,us\nSESSION_TTL=7d\n```\n\n## Production\n```env\nSITE=https://shop.example\nREGIONS=eu,us,ap\nSESSION_TTL=7d\n```',
    ],
    accepts: [
      '## Staging\n```env\nSITE=https://staging.shop.example\nREGIONS=eu,us\n```\n\n## Production\n```env\nSITE=https://shop.example\nREGIONS=eu,us\n```',
      '## Staging\n```env\nSITE=https://staging.shop.example\nREGIONS=eu,us\n```\n\n## Production\n```env\nSITE=https://shop.example\nREGIONS=eu,us,ap  # ap has no staging\n```',
    ],
  },
}

interface Line {
  key: string
  value: string
  line: number
}

function check(draft: PlanDraft): Finding[] {
  const blocks = draft.code
    .filter(({ content }) => content === 'settings')
    .map((code) => ({ environment: environmentOf(draft, code), settings: linesOf(code) }))
  const staging = blocks.filter(({ environment }) => environment === 'staging').flatMap(({ settings }) => settings)
  const others = blocks.filter(({ environment }) => environment !== 'staging').flatMap(({ settings }) => settings)
  return others.flatMap(({ key, value, line }): Finding[] => {
    const tried = staging.find((one) => one.key === key)
    if (!tried || !drifts(tried.value, value)) return []
    const message = `${key} is "${value}" here and "${tried.value}" for staging on line ${tried.line}`
    return [
      { source: { start: line, end: line }, message, hint: 'make them equal, or say on the line why they differ' },
    ]
  })
}

/** Lines with a comment explain themselves. */
function linesOf({ text, source }: DraftCode): Line[] {
  return text.split('\n').flatMap((whole, index) => {
    const [, key, value] = /^\s*(?:export )?([A-Za-z_]\w*) ?= ?["']?([^"'#]*?)["']?\s*$/.exec(whole) ?? []
    return key === undefined || value === undefined ? [] : [{ key, value, line: source.start + 1 + index }]
  })
}

/** By what the importer read, else by the addresses in it, else by its phase. */
function environmentOf(
  draft: PlanDraft,
  { environment, text, source }: DraftCode,
): 'staging' | 'production' | undefined {
  if (environment !== undefined) return environmentIn(environment)
  if (/\bstaging\b/i.test(text)) return 'staging'
  const phase = phaseAt(draft, source.start)
  return phase && environmentIn(`${phase.name} ${phase.target ?? ''}`)
}

const isLifetime = (value: string): boolean => /^\d{1,6}(?:ms|s|m|min|h|d|w)$/.test(value)

function drifts(tried: string, value: string): boolean {
  if (isLifetime(tried) && isLifetime(value)) return tried !== value
  const [before, after] = [tried, value].map((list) => list.split(',').map((entry) => entry.trim()))
  if (!before || !after || before.length < 2 || after.length < 2 || /:\/\//.test(value)) return false
  return before.some((entry) => after.includes(entry)) && [...before].sort().join() !== [...after].sort().join()
}
