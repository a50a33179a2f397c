/** A JUnit XML report, as most test runners write one, read from a file. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { JunitCheck } from '../../core/plan/operator-report-checks.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { decodeUtf8, readBoundedFile } from '../read-bounded-file.ts'
import { checkRunnerOf } from './check-runner-of.ts'
import type { JunitCount, JunitReport } from './junit-tally.ts'
import { parseJunit } from './parse-junit.ts'
import { listed } from './word-evidence.ts'

const maximumMebibytes = 16

/** Relative paths start at `folder`. A report is as old as its oldest suite, and never younger than its file. */
export function createJunitCheckRunner(
  checks: Readonly<Record<string, JunitCheck>>,
  { folder }: { folder: string },
): CheckRunner {
  return checkRunnerOf('junit', checks, {
    async gather(spec, context) {
      const path = resolve(folder, spec.file)
      const file = await readBoundedFile({ path, maximumMebibytes, expected: 'a JUnit report' }, context)
      if (!file.ok) return file
      const { bytes, modifiedMs } = file.value
      const text = decodeUtf8(bytes, path)
      if (!text.ok) return text
      const report = await parseJunit(text.value, context.signal)
      if (!report.ok) return fail(report.error.code, `${path}: ${report.error.message}`)
      const producedMs = Math.min(report.value.ranMs ?? modifiedMs, modifiedMs)
      return succeed({
        ...judge(spec, report.value),
        digest: createHash('sha256').update(bytes).digest('hex'),
        producedAt: new Date(producedMs).toISOString(),
      })
    },
  })
}

function judge({ minimumTests, maximumSkipped }: JunitCheck, report: JunitReport): CheckEvidence {
  const { total, suites, contradictions } = report
  const ran = total.tests - total.skipped
  const problems = [
    ...contradictions,
    ...(ran < minimumTests ? [`${ran} tests ran, at least ${minimumTests} must`] : []),
    ...(maximumSkipped !== undefined && total.skipped > maximumSkipped
      ? [`${total.skipped} tests are skipped, at most ${maximumSkipped} may be`]
      : []),
  ]
  const passed = problems.length === 0 && total.failures + total.errors === 0
  return {
    verdict: passed ? 'passed' : 'failed',
    summary: [wordsOf(total), ...problems.slice(0, 1)].join('; '),
    details: [
      ...suites.map(({ name, count, broken }) => {
        const names = broken.length > 0 ? `: ${listed(broken)}` : ''
        return `${name}: ${wordsOf(count)}${names}`
      }),
      ...problems,
    ],
  }
}

const wordsOf = ({ tests, failures, errors, skipped }: JunitCount): string =>
  `${tests} tests, ${failures} failed, ${errors} with errors, ${skipped} skipped`
