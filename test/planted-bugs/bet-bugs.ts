/** Bugs in the sequential judge: found by working its odds out once more from the readings (test/simulation/spot-wrong-bets.ts). */
import type { PlantedBug } from './bugs.ts'

export const betBugs: readonly PlantedBug[] = [
  {
    name: 'wealth is not carried over looks',
    file: 'judge/evidence.ts',
    find: 'const staked = (evidence.wealth[index] ?? 0) + released',
    replace: 'const staked = (weights[index] ?? 0) + released',
  },
  {
    name: 'wealth for late starts is laid out twice',
    file: 'judge/evidence.ts',
    find: 'return { untilMs, releasedMs: untilMs, wealth }',
    replace: 'return { untilMs, releasedMs: evidence.releasedMs, wealth }',
  },
  {
    name: 'wealth for late starts is never laid out',
    file: 'judge/evidence.ts',
    find: 'const released = releasedBy(contract, untilMs) - releasedBy(contract, evidence.releasedMs)',
    replace: 'const released = 0',
  },
  {
    name: 'a tick is counted twice',
    file: 'judge/threshold.ts',
    find: '= events * (logs[index] ?? 0) - total *',
    replace: '= 2 * events * (logs[index] ?? 0) - 2 * total *',
  },
  {
    name: 'a tick of two arms is counted twice',
    file: 'judge/rate-ratio.ts',
    find: '+ candidate.events * (logs[index] ?? 0) - events * shift',
    replace: '+ 2 * (candidate.events * (logs[index] ?? 0) - events * shift)',
  },
  {
    name: 'α is not shared',
    file: 'release/look.ts',
    find: 'rollbackAlpha: (rollbackAlpha * part) /',
    replace: 'rollbackAlpha: rollbackAlpha /',
  },
  {
    name: 'the margin is not asked about',
    file: 'judge/sequential-judge.ts',
    find: '(withinMargin === null || isShown(withinMargin))',
    replace: 'true',
  },
  {
    name: 'the margin is taken for 1',
    file: 'judge/bets.ts',
    find: "nullRatio: kind === 'ratio' ? ratio : (certainty.margin ?? 1),",
    replace: 'nullRatio: 1,',
  },
  {
    name: 'bets on a criterion are kept over a stage',
    file: 'release/fold-exposure.ts',
    find: 'filter(([statementId]) => armed.has(statementId))',
    replace: 'filter(([statementId]) => armed.has(statementId) || statementId !== "")',
  },
  {
    name: 'bets on a trigger are lost at the next stage',
    file: 'release/fold-exposure.ts',
    find: 'bets && !watchOf(release.plan, id).isByStage ? { ...counts, bets } : counts',
    replace: 'counts',
  },
  {
    name: 'a candidate that is not there is judged by the baseline',
    file: 'judge/bets.ts',
    find: 'if (!asked || !certainty || !look.reading.arms.candidate) return bets',
    replace: `if (!asked || !certainty) return bets
  const { baseline: other, candidate: own = other } = look.reading.arms
  look = { ...look, reading: { ...look.reading, arms: { ...look.reading.arms, candidate: own } } }`,
  },
  {
    name: 'declared noise is ignored',
    file: 'judge/bets.ts',
    find: 'const { noise } = certainty\n  const toPass',
    replace: 'const noise = undefined\n  const toPass',
  },
  {
    name: 'noise is waited for, and counts for nothing',
    file: 'judge/noisy-threshold.ts',
    find: 'noiseOf(rateDeviations(past), noise))',
    replace: '0)',
  },
  {
    name: 'a bet on pairs counts the noise as a regression',
    file: 'judge/moment-bets.ts',
    find: '(stake * square) / (1 + squaredCv)',
    replace: 'stake * square',
  },
  {
    name: 'bets that the threshold is broken are laid on its being kept',
    file: 'judge/bets.ts',
    find: 'alternatives: aboveOdds, rate }',
    replace: 'alternatives: belowOdds, rate }',
  },
  {
    name: 'every stage of a criterion has all of its false alarms',
    file: 'release/look.ts',
    find: '(isByStage ? stages : 1)',
    replace: '1',
  },
  {
    name: 'a candidate worse than the baseline passes',
    file: 'judge/sequential-judge.ts',
    find: '[bad, worse].find(isShown)',
    replace: '[bad].find(isShown)',
  },
]
