import { describe, expect, it } from 'vitest'
import { plan } from '../../../test/fixtures/plan.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { rehearseApart } from './rehearse-apart.ts'

const timeoutMs = 60_000
const context = () => ({ signal: AbortSignal.timeout(timeoutMs), timeoutMs })

describe('a rehearsal in a thread of its own', () => {
  it('passes a plan that always ends safe', { timeout: timeoutMs }, async () => {
    const outcome = await rehearseApart(plan, context())
    expect(outcome).toMatchObject({ ok: true, value: { verdict: 'passed', details: [] } })
    expect(outcome.ok && outcome.value.summary).toMatch(/^\d+ scenarios, 0 unsafe, 0 weak; share 0 after /)
  })

  it('fails a plan whose rollback is later than it promises, and names the scenarios', {
    timeout: timeoutMs,
  }, async () => {
    const restore = { id: 'restore', text: 'restore', source: { start: 9, end: 9 }, command: 'restore', parameters: {} }
    const late: Plan = { ...plan, rollback: { deadlineMs: 1_500, steps: [{ ...restore, kind: 'command' }] } }
    const outcome = await rehearseApart(late, context())
    expect(outcome).toMatchObject({ ok: true, value: { verdict: 'failed' } })
    expect(outcome.ok && outcome.value.details[0]).toContain('degraded with nothing wrong on the way back')
  })

  it('is given up when it takes too long', async () => {
    const outcome = await rehearseApart(plan, { signal: AbortSignal.timeout(1), timeoutMs: 1 })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'timeout' } })
  })
})
