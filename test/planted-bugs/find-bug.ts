/** Runs releases from seed 1 on until an invariant breaks, and prints which; says so when none does. `node find-bug.ts RELEASES`. */
import { randomScenario } from '../simulation/scenario.ts'
import { firstViolation } from '../simulation/simulate-release.ts'

/** What was found of a bug: the seed and the invariant, or nothing. */
export interface Finding {
  found: { seed: number; invariant: string; message: string } | null
}

const releases = Number(process.argv[2])
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
    return violation && { invariant: violation.invariant, message: violation.message }
  } catch (error) {
    return { invariant: 'nothing is thrown', message: error instanceof Error ? error.message : String(error) }
  }
}
