import { describe, expect, it } from 'vitest'
import { importDocument } from '../document/import-document.ts'
import { RehearsalReport } from './contract.ts'
import { rehearsePlan } from './rehearse-plan.ts'

/** Hundreds of releases each, beside whatever else the machine does. */
const timeout = 60_000
const plan = (more = '') => `# Search ranking v3
**Owner:** Mia
**Approver:** Tom
${more}
## Phase 1: Canary (5%)
**Duration:** 24 h
- Route traffic

**Success criteria:**
- Error rate < 0.5%

**Rollback triggers:**
- Error rate > 2%

## Phase 2: Everyone (100%)
- Raise the share
`

const rehearse = (text: string, startWallMs = Date.UTC(2026, 11, 19, 10)) => {
  const { draft } = importDocument(text, 'plan.md')
  return rehearsePlan({ draft, seed: 1, scenarios: 50, startWallMs })
}

function reportOf(text: string): RehearsalReport {
  const report = rehearse(text)
  if ('diagnostics' in report) throw new Error('it was not rehearsed')
  return report
}

describe('the report of a rehearsal', { timeout }, () => {
  it('counts what it found, as its schema says, and finds nothing unsafe in a plain plan', () => {
    const report = reportOf(plan())
    expect(RehearsalReport.parse(report)).toEqual(report)
    expect(report).toMatchObject({ unsafe: 0, budgetMs: 900_000, goodPath: { status: 'Succeeded' } })
    expect(report.weaknesses).toBe(report.findings.length)
    expect(report.findings.map(({ code }) => code)).toEqual(['NO_DEADLINE', 'NO_BASELINE', 'UNMEASURED_TRIGGER'])
    expect(report.scenarios).toBeGreaterThan(50)
    expect(report.slowestRollback?.timeline.at(-1)).toMatch(/rolled back|degraded|superseded/)
  })

  it('waits for a freeze that comes in the way, as it would on the day', () => {
    const dayMs = 86_400_000
    expect(reportOf(plan()).goodPath.planMs).toBeLessThan(3 * dayMs)
    const frozen = reportOf(plan('**Freeze:** 2026-12-20 to 2027-01-05'))
    expect(frozen.goodPath.status).toBe('Succeeded')
    expect(frozen.goodPath.planMs).toBeGreaterThan(17 * dayMs)
    expect(frozen.imagined.map(({ what }) => what)).toContain('bindings: calendar.zone = "UTC"')
  })

  it('names a freeze that nobody can read', () => {
    const unread = reportOf(plan('**Freeze:** 2026-12-20 until the fair is over'))
    expect(unread.findings.find(({ code }) => code === 'CALENDAR_UNREAD')?.source).toMatchObject({ start: 4 })
  })

  it('says so when there is nothing to rehearse', () => {
    expect(rehearse('# Notes\n\nNothing.\n')).toMatchObject({ diagnostics: [{ ruleId: 'NOTHING_TO_REHEARSE' }] })
  })
})
