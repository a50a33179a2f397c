/** Nothing that a driver answers or throws repeats a secret that the operator names, or what looks like one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { effectContext } from '../../test/contract/driver-context.ts'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { Operator } from '../core/plan/operator.ts'
import { fail, succeed } from '../core/release/outcome.ts'
import type { CheckRunner, DriverSet } from '../ports/drivers.ts'
import { KnownSecrets } from './known-secrets.ts'
import { withoutSecrets } from './without-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-secrets-'))
writeFileSync(join(folder, 'token'), 'Bearer kept-in-a-file\n')
afterAll(() => rmSync(folder, { recursive: true }))

const operator = Operator.parse({
  people: {},
  targets: {},
  checks: {
    report: {
      driver: 'json',
      url: 'https://ci.example/report',
      headers: { authorization: { file: 'token' } },
      expect: [{ pointer: '/ok', comparator: '==', value: true }],
    },
  },
})

function guarded(runCheck: CheckRunner['runCheck']): CheckRunner {
  const runner: CheckRunner = {
    name: 'fake',
    ping: async () => fail('unauthorized', 'kept-in-a-file is refused'),
    runCheck,
  }
  const drivers: DriverSet = {
    ...noDrivers,
    checkRunner: () => runner,
  }
  const found = withoutSecrets(drivers, new KnownSecrets(operator, { folder })).checkRunner('report')
  if (!found) throw new Error('the driver is gone')
  return found
}

describe('a driver behind the guard', () => {
  it('answers as before, without secrets in any text', async () => {
    const evidence = {
      verdict: 'failed' as const,
      summary: 'got kept-in-a-file',
      details: ['password=hunter2x', 'fine'],
    }
    const runner = guarded(async () => succeed(evidence))
    expect(runner.name).toBe('fake')
    expect(await runner.runCheck('report', effectContext())).toEqual(
      succeed({ verdict: 'failed', summary: 'got [secret]', details: ['password=(redacted)', 'fine'] }),
    )
    expect(await runner.ping('report', effectContext())).toEqual(fail('unauthorized', '[secret] is refused'))
  })

  it('throws without secrets too', async () => {
    const runner = guarded(async () => {
      throw new Error('cannot send Bearer kept-in-a-file')
    })
    await expect(runner.runCheck('report', effectContext())).rejects.toThrow(/^cannot send \[secret\]$/)
  })

  it('knows a secret that was rotated by both its values', async () => {
    const secrets = new KnownSecrets(operator, { folder })
    expect(await secrets.clean('kept-in-a-file')).toBe('[secret]')
    writeFileSync(join(folder, 'token'), 'rotated-value')
    expect(await secrets.clean('kept-in-a-file')).toBe('[secret]')
    expect(await new KnownSecrets(operator, { folder }).clean('rotated-value')).toBe('[secret]')
  })
})
