/**
 * Prints the last line of a CI run: `N passed, N failed[, N skipped]`, summed over the result files of its test runs.
 * `node scripts/count-results.mjs <folder> <failures>`: failures are the checks and runs that failed without naming a test.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '.', failures = '0'] = process.argv.slice(2)
const results = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))

/** @param {string} field */
const sum = (field) => results.reduce((total, result) => total + result[field], 0)

const passed = sum('numPassedTests')
const failed = sum('numFailedTests') + Number(failures)
const skipped = sum('numPendingTests') + sum('numTodoTests')
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
