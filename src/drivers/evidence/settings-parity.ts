/** Compares the settings of environments: what is missing, what differs and should not, what is the same and must not be. Shows names only. */
import { createHash } from 'node:crypto'
import type { SettingsParityCheck } from '../../core/plan/operator-probes.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { withDeadline } from '../with-deadline.ts'
import { askEach } from './ask-each.ts'
import { hashOfNothing, readSettings, type Settings } from './read-settings.ts'

type Environments = ReadonlyMap<string, Settings>

const maximumLines = 200
const shownLength = 120

/** Relative paths start at `folder`. An environment that cannot be read ends the check with its error: not seen is not missing. */
export function createSettingsParityRunner(
  checks: Readonly<Record<string, SettingsParityCheck>>,
  { folder }: { folder: string },
): CheckRunner {
  async function readAll(check: string, context: DriverContext): Promise<Outcome<[SettingsParityCheck, Environments]>> {
    const found = findByName('check', checks, check)
    if (!found.ok) return found
    const limited = withDeadline(context)
    const sources = Object.entries(found.value.environments)
    const read = await askEach(sources, async ([environment, source]) => {
      const settings = await readSettings(source, folder, limited)
      if (settings.ok) return succeed([environment, settings.value] as const)
      return fail(settings.error.code, `${check}, ${environment}: ${settings.error.message}`, settings.error.cause)
    })
    return read.ok ? succeed([found.value, new Map(read.value)]) : read
  }
  return {
    name: 'settings-parity',
    async runCheck(check, context) {
      const read = await readAll(check, context)
      return read.ok ? succeed(evidenceOf(...read.value)) : read
    },
    async ping(check, context) {
      const read = await readAll(check, context)
      return read.ok ? succeed(undefined) : read
    },
  }
}

function evidenceOf(rules: SettingsParityCheck, environments: Environments): CheckEvidence {
  const everyName = [...environments.values()].flatMap((settings) => [...settings.keys()])
  const names = [...new Set([...everyName, ...rules.required, ...rules.mustDiffer])].sort()
  const findings = names.flatMap((name) => findingsOf(name, rules, environments))
  const isRight = findings.length === 0
  const compared = `${names.length} settings of ${list([...environments.keys()])}`
  const rest = findings.length - maximumLines
  const details = isRight
    ? [`${compared} compared by SHA-256: all as they should be`]
    : [...findings.slice(0, maximumLines), ...(rest > 0 ? [`and ${rest} more`] : [])]
  return {
    verdict: isRight ? 'passed' : 'failed',
    summary: isRight
      ? `${compared} are as they should be`
      : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} in ${compared}`,
    details,
    // Of what is shown: a digest over the values would let short ones be guessed.
    digest: createHash('sha256').update(details.join('\n')).digest('hex'),
  }
}

function findingsOf(name: string, rules: SettingsParityCheck, environments: Environments): string[] {
  const shown = /^[\w./:-]+$/.test(name) ? name.slice(0, shownLength) : JSON.stringify(name.slice(0, shownLength))
  const isRequired = rules.required.includes(name)
  const byHash = Map.groupBy(environments.keys(), (environment) => environments.get(environment)?.get(name))
  const missing = byHash.get(undefined) ?? []
  const empty = byHash.get(hashOfNothing) ?? []
  byHash.delete(undefined)
  const groups = [...byHash.values()]
  const findings: string[] = []
  if (missing.length > 0 && (isRequired || !matches(rules.mayBeMissing, name)))
    findings.push(`${shown} is missing in ${list(missing)}: set it there`)
  if (isRequired && empty.length > 0) findings.push(`${shown} is empty in ${list(empty)}: give it a value`)
  if (rules.mustDiffer.includes(name)) {
    const shared = groups.filter((group) => group.length > 1)
    findings.push(...shared.map((group) => `${shown} is the same in ${list(group)}: each needs a value of its own`))
  } else if (groups.length > 1 && !matches(rules.mayDiffer, name))
    findings.push(
      `${shown} differs: ${groups.map((group) => group.join(' = ')).join(' ≠ ')}; make it equal, or list it in mayDiffer`,
    )
  return findings
}

const matches = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name))

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
