/**
 * Runs public suites that we keep no copy of: `npm run conformance -- flags PATH...`, each a checkout of open-feature/flagd-testbed,
 * open-feature/flagd-schemas or json-logic/compat-tables. Exit code 1 when a case fails that has to pass.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runFlagDocuments } from './flag-documents.ts'
import { runLogicTables } from './logic-tables.ts'
import type { SuiteResult } from './suite-result.ts'
import { runTestBed } from './test-bed.ts'

const usage = 'usage: npm run conformance -- flags PATH...'

/** What a checkout is known by. */
const suites: readonly { mark: string; run: (root: string) => SuiteResult[] }[] = [
  { mark: 'evaluator/gherkin', run: runTestBed },
  { mark: 'json/targeting.json', run: runFlagDocuments },
  { mark: 'suites/compatible.json', run: runLogicTables },
]

const [subject, ...roots] = process.argv.slice(2)
if (subject !== 'flags' || roots.length === 0) stop(usage)
let failures = 0
for (const root of roots) {
  const suite = suites.find(({ mark }) => existsSync(join(root, mark)))
  if (suite === undefined)
    stop(`${root} is none of the suites: it has none of ${suites.map(({ mark }) => mark).join(', ')}`)
  for (const result of suite.run(root)) failures += print(result)
}
process.exitCode = failures === 0 ? 0 : 1

/** How many failed that had to pass. */
function print({ name, passed, failed, skipped, isRequired }: SuiteResult): number {
  const others = skipped === 0 ? '' : `, ${skipped} not for us`
  process.stdout.write(
    `${name}: ${passed} passed, ${failed.length} failed${others}${isRequired ? '' : ' (not required)'}\n`,
  )
  for (const line of failed) process.stdout.write(`  ${line}\n`)
  return isRequired ? failed.length : 0
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
