/** Rule: a ladder for the App Store has shares that Apple does not let anybody choose. */
import type { PlanDraft } from '../draft.ts'
import { laddersOf } from './ladders-of.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'

/** Apple's phased release, one share a day: developer.apple.com/help/app-store-connect, "Release a version update in phases". */
const fixed = [1, 2, 5, 10, 20, 50, 100]

export const appStoreShares: LintRule = {
  id: 'APP_STORE_SHARES',
  severity: 'warning',
  summary:
    'a ladder for the App Store has shares that cannot be set: a phased release goes 1, 2, 5, 10, 20, 50, 100% in seven days',
  why: 'The store takes no other shares and no other pace. It can be paused for up to thirty days or released to everyone at once, and what is installed stays installed.',
  instead:
    'Write the seven shares of the store, say at which of them it is paused, and stage by a flag inside the app where other shares are needed.',
  check: (draft) => distinct([...ofLadders(draft), ...inTexts(draft)], ({ source }) => source.start),
  examples: {
    finds: [
      '## iOS App Store\n| Stage | Percentage | Duration |\n|---|---|---|\n| 1 | 5% | 48 hours |\n| 2 | 30% | 48 hours |\n| 3 | 100% | - |',
      '## Rollout\n- iOS phased release: 10% → 50% → 100%',
    ],
    accepts: [
      '## Rollout\n- App Store phased release: 1% → 2% → 5% → 10% → 20% → 50% → 100%',
      '## Android Play Store\n| Stage | Percentage | Duration |\n|---|---|---|\n| 1 | 5% | 48 hours |\n| 2 | 30% | 48 hours |',
      '## Phase 1: Web (10%)\n\n## Phase 2: Web (50%)',
    ],
  },
}

const apple = /\bios\b|\bapp store\b|\bapple\b|\btestflight\b|\biphone\b/i
const others = /\bandroid\b|\bplay\b|\bweb\b|\bgoogle\b/i

const isFixed = (shares: readonly number[]): boolean => shares.join() === fixed.join()

function ofLadders(draft: PlanDraft): Finding[] {
  return laddersOf(draft).flatMap(({ rungs, words }): Finding[] => {
    const shares = rungs.map(({ percent }) => percent).filter((percent) => percent > 0)
    const [first] = rungs
    if (!first || shares.length < 2 || !apple.test(words) || others.test(words) || isFixed(shares)) return []
    return [findingAt(first.line, shares)]
  })
}

/** "iOS phased release: 10% → 50% → 100%" in a sentence. */
function inTexts(draft: PlanDraft): Finding[] {
  return textsOf(draft).flatMap(({ line, text, isCode }): Finding[] => {
    if (
      isCode ||
      !apple.test(text) ||
      others.test(text) ||
      !/\bphased|\bstaged|\bgradual|\broll-?out|\brelease/i.test(text)
    )
      return []
    const ladder = /\d{1,3}(?:\.\d+)? ?%(?:[^%\d]{1,14}\d{1,3}(?:\.\d+)? ?%){1,8}/.exec(text)?.[0]
    const shares = [...(ladder ?? '').matchAll(/(\d{1,3}(?:\.\d+)?) ?%/g)].map(([, digits]) => Number(digits))
    const rises = shares.length >= 2 && shares.every((share, index) => share > (shares[index - 1] ?? 0))
    return rises && !isFixed(shares) ? [findingAt(line, shares)] : []
  })
}

function findingAt(line: number, shares: readonly number[]): Finding {
  const foreign = shares.filter((share) => !fixed.includes(share))
  const why = foreign.length > 0 ? `has no ${foreign.join('%, no ')}%` : 'goes through its own seven shares, a day each'
  return {
    source: { start: line, end: line },
    message: `the App Store cannot be told ${shares.join('%, ')}%: its phased release ${why}`,
    hint: 'write 1, 2, 5, 10, 20, 50, 100% and where it is paused',
  }
}
