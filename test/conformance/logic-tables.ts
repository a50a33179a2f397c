/** JSON Logic's compatibility tables: rule and data, and the result or error. What all engines agree on is required. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { compileRule } from '../../src/core/flags/rules/compile-rule.ts'
import type { SuiteResult } from './suite-result.ts'

interface Case {
  rule: unknown
  data?: unknown
  result?: unknown
  error?: unknown
}

/** Operators of single engines, which flagd does not have. */
const foreign = /"(val|exists|\?\?|throw|try|length|sort|slice|preserve)":/

export function runLogicTables(root: string): SuiteResult[] {
  const names = JSON.parse(readFileSync(join(root, 'suites/index.json'), 'utf8')) as string[]
  return names.map((name) => {
    const entries = JSON.parse(readFileSync(join(root, 'suites', name), 'utf8')) as (Case | string)[]
    const isRequired = name === 'compatible.json'
    const result: SuiteResult = { name: `JSON Logic ${name}`, passed: 0, failed: [], skipped: 0, isRequired }
    for (const entry of entries) {
      if (typeof entry === 'string') continue
      if (foreign.test(JSON.stringify(entry.rule))) result.skipped += 1
      else if (passes(entry)) result.passed += 1
      else result.failed.push(`${JSON.stringify(entry)} gave ${JSON.stringify(answer(entry))}`)
    }
    return result
  })
}

function passes(entry: Case): boolean {
  const given = answer(entry)
  return 'error' in entry ? 'error' in given : isDeepStrictEqual(given, { result: entry.result })
}

/** As an element of a list, where nothing is added to the data. */
function answer({ rule, data = null }: Case): { result: unknown } | { error: string } {
  try {
    const logic = { map: [{ var: 'data' }, rule] }
    const run = compileRule(logic, {
      flagKey: '',
      fractionalVersion: 2,
      evaluators: {},
      outcome: (result: unknown) => result,
    })
    const [result] = run({ data: [data] }, { timestampSec: 0, iterationsLeft: 1_000 }) as unknown[]
    // JSON knows one zero.
    return { result: result === 0 ? 0 : result }
  } catch (error) {
    return { error: (error as Error).message }
  }
}
