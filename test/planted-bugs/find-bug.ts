/** Runs releases from seed 1 on until an invariant breaks, and prints which; says so when none does. `node find-bug.ts RELEASES`. */
import { randomScenario } from '../simulation/scenario.ts'
import { sequentialScenario } from '../simulation/sequential-scenario.ts'
import { firstViolation, simulateRelease } from '../simulation/simulate-release.ts'
import { wrongBets } from '../simulation/spot-wrong-bets.ts'

/** What was found of a bug: the seed and the invariant, or nothing. */
export interface Finding {
  found: { seed: number; invariant: string; message: string } | null
}

const releases = Number(process.argv[2])
/** So many of them run under the sequential judge too: what is wrong with it shows soon. */
const sequentialReleases = 2_000
process.stdout.write(JSON.stringify(find()))

function find(): Finding {
  for (let seed = 1; seed <= releases; seed++) {
    const found = breaks(seed)
    if (found) return { found: { seed, ...found } }
  }
  return { found: null }
}

/** The engine's own refusal to go on is a finding too. */
function breaks(seed: number): { invariant: string; message: string } | undefined {
  try {
    const violation = firstViolation(randomScenario(seed))
    if (violation) return { invariant: violation.invariant, message: violation.message }
    return seed <= sequentialReleases ? breaksBets(seed) : undefined
  } catch (error) {
    return { invariant: 'nothing is thrown', message: error instanceof Error ? error.message : String(error) }
  }
}

function breaksBets(seed: number): { invariant: string; message: string } | undefined {
  const scenario = sequentialScenario(seed)
  const { log, violations } = simulateRelease(scenario)
  const [violation] = violations
  if (violation) return { invariant: violation.invariant, message: violation.message }
  const [wrong] = wrongBets(scenario, log)
  return wrong && { invariant: 'bets follow from what was read', message: `${wrong.statementId}: ${wrong.message}` }
}
