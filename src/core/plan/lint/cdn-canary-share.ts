/** Rule: a canary behind a CDN is to get a larger share than the CDN gives a canary. */
import { phaseAt, textsByPhase } from './phase-at.ts'
import type { Finding, LintRule } from './rule.ts'

/** CloudFront's continuous deployment: a weight of at most 0.15. */
const capPercent = 15

export const cdnCanaryShare: LintRule = {
  id: 'CDN_CANARY_SHARE',
  severity: 'warning',
  summary: 'a canary by CloudFront continuous deployment is to get more than the 15% that it gives at most',
  why: 'The stage cannot be set. Whoever runs it finds out in the middle of the rollout, with 15% as the only way on before everybody.',
  instead: 'Stay at 15% or below until the new version is promoted to everyone, or split the traffic behind the CDN.',
  check: (draft) =>
    [...textsByPhase(draft)].flatMap(([phase, texts]) => {
      const said = texts.find(({ text }) => canary.test(text))
      const shares = phase.stages.length > 0 ? phase.stages : [{ percent: phase.percent ?? 0, source: phase.source }]
      if (!said) return []
      return shares
        .filter(
          ({ percent, source }) => percent > capPercent && percent < 100 && phaseAt(draft, source.start) === phase,
        )
        .map(
          ({ percent, source }): Finding => ({
            source: { start: source.start, end: source.start },
            message: `${percent}% is more than the ${capPercent}% that the CDN named on line ${said.line} gives a canary`,
            hint: `stay at ${capPercent}% or below, or split the traffic behind the CDN`,
          }),
        )
    }),
  examples: {
    finds: ['## Phase 1: Canary (25%)\n- Send traffic by CloudFront continuous deployment'],
    accepts: [
      '## Phase 1: Canary (10%)\n- Send traffic by CloudFront continuous deployment',
      '## Phase 1: Canary (25%)\n- Purge the CloudFront cache',
    ],
  },
}

const canary =
  /\bcloudfront\b.{0,40}\b(?:continuous deployment|staging distribution|canary|weight(?:ed)?)\b|\b(?:continuous deployment|canary|staging distribution)\b.{0,40}\bcloudfront\b/i
