/** Is the candidate's rate above (or below) a fixed threshold? A one-sample likelihood-ratio e-process, the same kernel both ways. */
import type { Alternatives } from './alternatives.ts'
import { bet, type Contract, type Evidence, pass } from './evidence.ts'
import type { ArmRate } from './rate-ratio.ts'

/**
 * The null is a rate of at most `rate` (0 < rate < 1) when the alternatives' odds lie above it, of at least `rate` when below it. "p95 > 2 s"
 * is the rate 0.05 of requests above the edge at 2 s.
 */
export interface ThresholdTest {
  contract: Contract
  alternatives: Alternatives
  rate: number
}

/** Folds one tick's counts of the candidate; start with `startEvidence`. One that ends no later than the last one changes nothing. */
export function observeThreshold(
  evidence: Evidence,
  { contract, alternatives, rate }: ThresholdTest,
  { total, events }: ArmRate,
  untilMs: number,
): Evidence {
  if (untilMs <= evidence.untilMs) return evidence
  if (total <= 0) return pass(evidence, untilMs)
  const { ratios, logs, weights } = alternatives
  const factors = new Array<number>(ratios.length)
  for (let index = 0; index < ratios.length; index++) {
    // With odds ψ times the null's, p₁/p₀ is ψ/(1−p₀+ψp₀), and (1−p₁)/(1−p₀) the same without ψ in front.
    const ratio = ratios[index] ?? 1
    factors[index] = events * (logs[index] ?? 0) - total * Math.log1p(rate * (ratio - 1))
  }
  return bet(evidence, contract, weights, factors, untilMs)
}
