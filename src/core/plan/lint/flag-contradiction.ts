/** Rule: the document says of one flag or setting what cannot be true together. */
import type { PlanDraft } from '../draft.ts'
import { findPhase, significantWords } from './find-phase.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'
import { environmentIn, isOff, isOn, type Setting, settingsOf } from './settings-of.ts'
import { textsOf } from './texts-of.ts'

export const flagContradiction: LintRule = {
  id: 'FLAG_CONTRADICTION',
  severity: 'warning',
  summary:
    'a flag is on before the phase that switches it on, off while a stage or a criterion needs it, or left on by the rollback',
  why: 'The flag decides what users see. Where the document says two things of it, the exposure is not the one that was approved.',
  instead:
    'State each flag once for each phase, with the value it has when the phase begins, and let the rollback set it back.',
  check: (draft) => {
    const settings = settingsOf(draft)
    return distinct(
      [
        ...liveBefore(settings),
        ...neededWhileOff(draft, settings),
        ...leftOn(settings),
        ...forgotten(settings),
        ...offWhileUsed(draft, settings),
        ...saidLive(draft),
      ],
      ({ source, message }) => `${source.start} ${message}`,
    )
  },
  examples: {
    finds: [
      '## Phase 1: Canary\n```env\nSHOP_BASKET_ENABLED=true\nSHOP_PAY_ENABLED=true\nSHOP_MAP_ENABLED=true\n```\n\n## Rollback\n1. Set the flags\n   ```env\n   SHOP_BASKET_ENABLED=false\n   SHOP_PAY_ENABLED=false\n   ```',
      '## Phase 1: Setup\n```env\nDB_HOST=db\nPAY_MODE=live\nLOG_LEVEL=info\n```\n\n## Phase 2: Go live\n```env\nPAY_MODE=live\n```',
      '## Phase 1: Staging\n- `ORDER_TRACKING_ENABLED=false`\n\n**Success criteria:**\n- Order tracking baseline established',
      '## Stage 1: Pilot\n**Target:** 10% of users via feature flag\n\n## Feature flag\n```env\nNEW_BASKET_ENABLED=false\n```',
      '## Phase 1: Canary\n```env\nNEW_BASKET_ENABLED=true\n```\n\n## Rollback\n1. Set the flags\n   ```env\n   NEW_BASKET_ENABLED=true\n   ```',
    ],
    accepts: [
      '## Phase 1: Canary\n```env\nSHOP_BASKET_ENABLED=true\nSHOP_PAY_ENABLED=true\n```\n\n## Rollback\n1. Set the flags\n   ```env\n   SHOP_BASKET_ENABLED=false\n   SHOP_PAY_ENABLED=false\n   ```',
      '## Phase 1: Setup\n```env\nPAY_MODE=test\n```\n\n## Phase 2: Go live\n```env\nPAY_MODE=live\n```',
      '## Phase 1: Staging environment\n```env\nPAY_MODE=live\n```\n\n## Phase 2: Production environment\n```env\nPAY_MODE=live\n```',
      '## Phase 1: Staging\n- `ORDER_TRACKING_ENABLED=false`\n\n**Success criteria:**\n- Order tracking framework ready (but disabled)',
      '## Stage 1: Pilot\n**Target:** 10% of users via feature flag\n```env\nNEW_BASKET_ENABLED=true\n```\n\n## Rollback\n1. Set the flags\n   ```env\n   NEW_BASKET_ENABLED=false\n   ```',
    ],
  },
}

const at = (line: number) => ({ start: line, end: line })

/** A block that only switches on what an earlier phase of the same surroundings has switched on already. */
function liveBefore(settings: readonly Setting[]): Finding[] {
  return settings.flatMap((setting, index) => {
    const { key, value, phase, blockSize, line, isRollback } = setting
    if (!phase || isRollback || blockSize < 1 || blockSize > 2 || !isOn(value)) return []
    const before = settings.slice(0, index).findLast((one) => one.key === key && !one.isRollback)
    if (!before?.phase || before.phase === phase || before.value !== value || before.blockSize <= 2) return []
    const [here, there] = [phase, before.phase].map(({ name, target }) => environmentIn(`${name} ${target ?? ''}`))
    if (here !== there && here !== undefined && there !== undefined) return []
    const message = `"${phase.name}" switches ${key} to ${value}, which it is since "${before.phase.name}" (line ${before.line})`
    return [{ source: at(line), message, hint: 'leave it off until the phase that is to switch it on' }]
  })
}

const preparesOnly =
  /\bdisabled\b|\boff\b|\bframework\b|\bready\b|\bprepared\b|\binitiali[sz]ed\b|\bnot\b|\bno\b|\bhidden\b|\bunchanged\b|\bwithout\b/i

/** A criterion about the very thing that the phase switches off. */
function neededWhileOff({ phases }: PlanDraft, settings: readonly Setting[]): Finding[] {
  return phases.flatMap((phase) => {
    const off = settings.filter((one) => one.phase === phase && !one.isRollback && isOff(one.value))
    return phase.criteria.flatMap(({ text, source }): Finding[] => {
      if (preparesOnly.test(text)) return []
      const words = significantWords(text)
      const flag = off.find(({ key }) => {
        const subject = subjectOf(key)
        return subject.length >= 2 && subject.every((word) => words.includes(word))
      })
      if (!flag) return []
      const message = `"${text}" needs what ${flag.key}=${flag.value} on line ${flag.line} switches off in "${phase.name}"`
      return [{ source, message, hint: 'switch it on in this phase, or ask for it in a later one' }]
    })
  })
}

/** "ORDER_TRACKING_ENABLED" is about order tracking. */
function subjectOf(key: string): string[] {
  return significantWords(key.replace(/[_.]/g, ' ')).filter(
    (word) => !/^(?:enable|enabled|feature|flag|new|use|is|toggle|next|public|vite)$/.test(word),
  )
}

/** Names of flags that are on while something else is off. */
const isUndoing = /rollback|fallback|legacy|disable|maintenance|kill|read_?only|shadow/i

/** The rollback sets a flag to the value that the rollout gave it. */
function leftOn(settings: readonly Setting[]): Finding[] {
  return settings.flatMap(({ key, value, line, isRollback }) => {
    if (!isRollback || !isOn(value) || isUndoing.test(key)) return []
    const rollout = settings.find((one) => !one.isRollback && one.key === key && one.value === value)
    const hasOff = settings.some((one) => one.isRollback && one.key === key && isOff(one.value))
    if (!rollout || hasOff) return []
    const message = `the rollback leaves ${key} at ${value}, as the rollout set it on line ${rollout.line}`
    return [{ source: at(line), message, hint: 'set it back in the rollback' }]
  })
}

/** The rollback switches a family of flags off (`SHOP_…`) and forgets one of them. */
function forgotten(settings: readonly Setting[]): Finding[] {
  const back = settings.filter(({ isRollback }) => isRollback)
  const off = back.filter(({ value }) => isOff(value))
  const families = Map.groupBy(off, ({ key }) => key.split(/[_.]/)[0] ?? '')
  return [...families].flatMap(([family, members]) => {
    if (new Set(members.map(({ key }) => key)).size < 2) return []
    const last = new Map(settings.filter(({ isRollback }) => !isRollback).map((one) => [one.key, one]))
    const left = [...last.values()].find(
      ({ key, value }) =>
        isOn(value) && key.split(/[_.]/)[0] === family && !isUndoing.test(key) && !back.some((one) => one.key === key),
    )
    const [first] = members
    if (!left || !first) return []
    const message = `the rollback switches ${members.length} flags off and leaves ${left.key}, which line ${left.line} switches on`
    return [{ source: at(first.line), message, hint: 'switch it off too, or say why it stays on' }]
  })
}

const byFlag = /\b(?:via|behind|through|by|using|with)\b.{0,12}\bfeature[- ]flags?\b/i

/** A stage goes "via feature flag", and the document only ever shows the flag off. */
function offWhileUsed({ phases, flags, timeline }: PlanDraft, settings: readonly Setting[]): Finding[] {
  const rows = timeline.filter(({ cells }) => byFlag.test(Object.values(cells).join(' ')))
  const stage = [
    ...phases.filter(({ name, target, percent }) => byFlag.test(`${name} ${target ?? ''}`) && percent !== 0),
    ...rows.filter(
      ({ cells }) =>
        findPhase(phases, Object.values(cells)[0] ?? '') !== undefined || /\d ?%/.test(Object.values(cells).join(' ')),
    ),
  ].at(0)
  const [flag, ...others] = flags.filter(({ isRollbackToggle }) => !isRollbackToggle)
  const values = settings.filter(({ key, isRollback }) => key === flag?.key && !isRollback)
  const [first] = values
  if (!stage || !flag || others.length > 0 || !first || !values.every(({ value }) => isOff(value))) return []
  const message = `line ${stage.source.start} exposes users by the feature flag, and ${flag.key} is shown as ${first.value} only`
  return [{ source: at(first.line), message, hint: 'show the value that the flag has in that stage' }]
}

const already =
  /(?<!\p{L})(?:already|já|déjà|ya)(?!\p{L}).{0,20}?(?<!\p{L})(?:at|on|em|à|en|live|enabled|active|ativ[oa])(?!\p{L})/iu

/** "Rollout was already at 1%" in the stage that is to bring it there. */
function saidLive(draft: PlanDraft): Finding[] {
  const shares = draft.phases.flatMap(({ percent, stages }) => [percent, ...stages.map((stage) => stage.percent)])
  return textsOf(draft).flatMap(({ line, text, isCode }): Finding[] => {
    const said = isCode ? null : already.exec(text)
    const share = said ? /^.{0,25}?(\d{1,3}(?:\.\d+)?) ?%/.exec(text.slice(said.index))?.[1] : undefined
    if (share === undefined || !shares.includes(Number(share))) return []
    return [
      {
        source: at(line),
        message: `the share of ${share}% was live before the stage that brings it`,
        hint: 'say at which share the release starts',
      },
    ]
  })
}
