/** Makes a failing scenario as short as it can be: what can be left out without the same invariant holding again is left out. */
import type { Scenario } from './scenario.ts'
import { firstViolation } from './simulate-release.ts'

/** `breaks` says which invariant a scenario breaks; undefined for none. */
export function shrinkScenario(
  scenario: Scenario,
  breaks = (one: Scenario) => firstViolation(one)?.invariant,
): Scenario {
  const wanted = breaks(scenario)
  let shortest = scenario
  for (const part of ['faults', 'acts'] as const) {
    for (let index = shortest[part].length - 1; index >= 0; index--) {
      const shorter = { ...shortest, [part]: shortest[part].toSpliced(index, 1) }
      if (breaks(shorter) === wanted) shortest = shorter
    }
  }
  return shortest
}
