import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { Operator } from './core/plan/operator.ts'
import { operatorDrivers } from './operator-drivers.ts'

const documentation = readFileSync(join(import.meta.dirname, '..', 'docs', 'checks.md'), 'utf8')
const example = /```yaml\n(?<yaml>.*?)```/s.exec(documentation)?.groups?.yaml ?? ''

it('serves each check of the documentation by the driver it names', async () => {
  const operator = Operator.parse({ people: {}, targets: {}, ...parse(example) })
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-operator-'))
  const { drivers } = operatorDrivers(operator, { stateDir: folder, workingFolder: folder })
  const names = Object.keys(operator.checks).map((check) => [check, drivers.checkRunner(check)?.name])
  expect(Object.fromEntries(names)).toEqual({
    smoke: 'http-check',
    'build is green': 'github-checks',
    'change is approved': 'github-approvals',
    'no open P0 or P1': 'github-issues',
    'unit tests': 'junit',
    coverage: 'json',
    progress: 'json',
  })
  const runner = drivers.checkRunner('coverage')
  const context = { signal: new AbortController().signal, timeoutMs: 5_000 }
  expect(await runner?.ping('coverage', context)).toEqual({ ok: true, value: undefined })
  expect(await runner?.ping('smoke', context)).toMatchObject({ error: { code: 'notFound' } })
  expect(['none', 'constructor'].map(drivers.checkRunner)).toEqual([undefined, undefined])
  await drivers.close()
  rmSync(folder, { recursive: true })
})
