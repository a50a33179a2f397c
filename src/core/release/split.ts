/** Whether the arms of a service receive the requests that the shares ask for: a finding of its own, and no verdict on the candidate. */
import { observeSampleRatio, type SampleRatioState, startSampleRatio } from '../judge/sample-ratio.ts'
import { serviceOf } from '../plan/plan.ts'
import type { ArmCounts, MetricReading } from './evidence.ts'
import type { SplitFinding } from './judgement.ts'
import { cohortsAt } from './move.ts'
import { type Exposure, type Release, serviceState } from './release.ts'

/** The chance that a split as asked for is ever found broken in a stage. */
const alpha = 0.001
/** Users are not equally busy: less than this part of what was asked for is no fault of the router. */
const usualTolerance = 0.2
/** A user stays with one version and makes many requests: so many of them count as one draw. */
const requestsPerDraw = 20

/** Candidate and baseline, as parts of 1; `undefined` where the requests cannot be told by the shares. */
function askedShares(release: Release, service: string, { stageId }: Exposure): [number, number] | undefined {
  const { shares } = serviceState(release, service)
  const part = (shares.desired?.[serviceOf(release.plan, service).candidate] ?? 0) / 100
  const isSplit = part > 0 && part < 1 && cohortsAt(release.plan, service, stageId).length === 0
  return release.plan.judging.sequential && isSplit ? [part, 1 - part] : undefined
}

/** The sums of a stage after one more look; `undefined` where nothing is to be compared. */
export function splitAfter(
  release: Release,
  service: string,
  exposure: Exposure,
  arrivals: MetricReading | null,
): SampleRatioState | undefined {
  const asked = askedShares(release, service, exposure)
  if (!asked) return exposure.split?.sums
  const sums = exposure.split?.sums ?? startSampleRatio(asked)
  const { candidate, baseline } = arrivals?.arms ?? {}
  return candidate && baseline ? observeSampleRatio(sums, asked, drawsOf(candidate, baseline)) : sums
}

const drawsOf = (...arms: ArmCounts[]): number[] => arms.map(({ total }) => total / requestsPerDraw)

/** What this look shows for the first time in the stage. */
export function newSplitFinding(
  release: Release,
  service: string,
  exposure: Exposure,
  arrivals: MetricReading | null,
): SplitFinding | undefined {
  const asked = askedShares(release, service, exposure)
  const sums = splitAfter(release, service, exposure, arrivals)
  if (!asked || !sums || exposure.split?.found) return undefined
  const [candidate = 0, baseline = 0] = sums.counts
  const draws = candidate + baseline
  const seen = draws > 0 ? candidate / draws : 0
  const tolerance = release.plan.judging.sequential?.splitTolerance ?? usualTolerance
  const isFound = sums.highestLogOdds >= -Math.log(alpha) && Math.abs(seen / asked[0] - 1) > tolerance
  if (!isFound) return undefined
  return {
    askedPercent: asked[0] * 100,
    seenPercent: seen * 100,
    requests: Math.round(draws * requestsPerDraw),
    odds: Math.exp(Math.min(sums.highestLogOdds, mostLogOdds)),
  }
}

/** Beyond this nobody asks for more. */
const mostLogOdds = 40
