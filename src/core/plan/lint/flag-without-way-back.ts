/** Rule: a flag exposes users, and nothing says how it is taken back. */
import type { DraftFlag, PlanDraft } from '../draft.ts'
import { firstLine, type LintRule } from './rule.ts'
import { isOn } from './settings-of.ts'

export const flagWithoutWayBack: LintRule = {
  id: 'FLAG_WITHOUT_WAY_BACK',
  severity: 'note',
  summary: 'the plan exposes users by a flag, names no toggle that undoes it, and its rollback speaks of no flag',
  why: 'Switching a flag back is the fastest rollback there is, if somebody knows which one, and that nothing else depends on it.',
  instead: 'Name the toggle ("`rollback.newBasket`"), or write the flag into the rollback: "set `basket.new` to off".',
  check: (draft) => {
    const flags = draft.flags.filter(exposes)
    const [first] = flags
    const isRollout = draft.phases.length > 0 || flags.some(({ stages }) => stages.length > 0)
    if (!first || !isRollout || draft.flags.some(({ isRollbackToggle }) => isRollbackToggle) || speaksOfFlags(draft))
      return []
    const names = flags.slice(0, 3).map(({ key }) => key)
    const more = flags.length > names.length ? ` and ${flags.length - names.length} more` : ''
    const message = `nothing says how ${names.join(', ')}${more} ${flags.length === 1 ? 'is' : 'are'} taken back`
    return [
      {
        source: firstLine(first.source),
        message,
        hint: 'name a rollback toggle, or set the flag back in the rollback',
      },
    ]
  },
  examples: {
    finds: [
      '## Phase 1: Pilot (10%)\n\n## Feature flags\n- `basket.newLayout` for everybody\n\n## Rollback\n1. Deploy the version before',
    ],
    accepts: [
      '## Feature flags\n- `SHOP_DEBUG=false` stays\n\n## Rollback\n1. Deploy the version before',
      '## Feature flags\n- `basket.newLayout` for everybody\n\n## Rollback\n1. Set `basket.newLayout` to off',
      '## Feature flags\n- `basket.newLayout` for everybody\n- `rollback.newLayout` undoes it',
      '## Feature flags\n- `basket.newLayout` for everybody\n\n## Rollback\n1. Disable the feature flag',
    ],
  },
}

/** Environment variables are named like flags, and switch nobody on: it takes a state, stages, or a flag's own spelling. */
function exposes({ key, state, stages }: DraftFlag): boolean {
  return stages.length > 0 || isOn(state ?? '') || (state === undefined && /^[a-z][\w-]*\.[\w.-]+$/.test(key))
}

function speaksOfFlags({ rollback, flags, phases, unread = [] }: PlanDraft): boolean {
  const own = rollback.steps.flatMap(({ text, details, code }) => [text, ...details, ...code.map((one) => one.text)])
  const said = [
    ...own,
    ...unread.map(({ text }) => text),
    ...phases.flatMap(({ steps }) => steps.map(({ text }) => text)),
  ]
  const undoes = /roll ?-?back|revert|kill ?-?switch|disable|turn(?:ed)? off|switch(?:ed)? (?:off|back)|flip/i
  const isAboutFlags = (text: string) =>
    /\bflags?\b|\btoggles?\b|kill ?-?switch/i.test(text) || flags.some(({ key }) => text.includes(key))
  return own.some(isAboutFlags) || said.some((text) => undoes.test(text) && isAboutFlags(text))
}
