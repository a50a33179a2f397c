/** flagd-schemas: valid documents must be accepted, invalid ones refused. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { formatFault } from '../../src/core/flags/fault.ts'
import { readFlagSet } from '../../src/core/flags/read-flag-set.ts'
import type { SuiteResult } from './suite-result.ts'

export function runFlagDocuments(root: string): SuiteResult[] {
  return ['flags', 'targeting'].map((kind) => {
    const result: SuiteResult = { name: `flagd-schemas ${kind}`, passed: 0, failed: [], skipped: 0, isRequired: true }
    for (const [folder, isValid] of [
      ['positive', true],
      ['negative', false],
    ] as const)
      for (const path of globSync(join(root, 'json/test', kind, folder, '*.json')).sort()) {
        const text = readFileSync(path, 'utf8')
        const { faults } = readFlagSet(kind === 'flags' ? text : asTargeting(text))
        // Flags in a list are for the flagd daemon alone.
        if (text.includes('flagd.json"')) result.skipped += 1
        else if ((faults.length === 0) === isValid) result.passed += 1
        else result.failed.push(`${folder}/${basename(path)}: ${faults.map(formatFault).join('; ') || 'accepted'}`)
      }
    return result
  })
}

/** A rule alone becomes the targeting of a flag. */
function asTargeting(rule: string): string {
  const flag = { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on', targeting: JSON.parse(rule) }
  // One of the documents refers to an evaluator that is not in it.
  return JSON.stringify({ flags: { flag }, $evaluators: { 'some-ref': { '==': [1, 1] } } })
}
