import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { effectContext } from '../test/contract/driver-context.ts'
import { Operator } from './core/plan/operator.ts'
import { readYaml } from './document/yaml/read-yaml.ts'
import { operatorDrivers } from './operator-drivers.ts'

const page = 'docs/write-a-driver.md'
const text = readFileSync(join(import.meta.dirname, '..', page), 'utf8')
const examples = [...text.matchAll(/^```yaml\n(checks:\n.*?)^```$/gms)].map((match) => match[1] ?? '')

it(`reads the checks in ${page} and gives each to its driver`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'operator-'))
  const served: [string, string | undefined][] = []
  for (const example of examples) {
    const { value, diagnostics } = readYaml(`people: {}\ntargets: {}\n${example}`, page, Operator, { variables: {} })
    expect(diagnostics).toEqual([])
    if (!value) continue
    const { drivers } = operatorDrivers(value, { stateDir: folder, workingFolder: folder })
    for (const [name, { driver }] of Object.entries(value.checks)) {
      const runner = drivers.checkRunner(name)
      served.push([driver, runner?.name])
      const pinged = await runner?.ping(name, effectContext())
      // Secrets and files of the examples are not here, but the check itself is known.
      expect(`${pinged?.ok || pinged?.error.message}`).not.toContain('there is no check')
    }
    expect(drivers.checkRunner('nothing')).toBeUndefined()
    expect(drivers.checkRunner('constructor')).toBeUndefined()
    await drivers.close()
  }
  rmSync(folder, { recursive: true })
  expect(served).toEqual(
    expect.arrayContaining([
      ['tls', 'tls'],
      ['cors', 'cors'],
      ['access-matrix', 'access-matrix'],
      ['settings-parity', 'settings-parity'],
    ]),
  )
})

it('gives flags to the driver that is named, and a token only to a flag server that nobody can listen in on', async () => {
  const spec = (url: string) => ({ driver: 'tidegate-flags', url, token: { env: 'FLAGS_TOKEN' }, environment: 'live' })
  const lent = { shop: spec('https://flags.shop.example'), files: { driver: 'flagd-file', file: 'flags.json' } }
  const operator = Operator.parse({ people: {}, targets: {}, flagSources: lent, flagBackends: lent })
  const { drivers } = operatorDrivers(operator, { stateDir: tmpdir(), workingFolder: tmpdir() })
  expect(
    ['shop', 'files', 'constructor'].map((name) => [drivers.flagBackend(name)?.name, drivers.flagSource(name)?.name]),
  ).toEqual([
    ['tidegate-flags', 'tidegate-flags'],
    ['flagd-file', 'flagd-file'],
    [undefined, undefined],
  ])
  await drivers.close()
  const plain = { people: {}, targets: {}, flagBackends: { shop: spec('http://flags.shop.example') } }
  expect(Operator.safeParse(plain).error?.issues[0]?.path).toEqual(['flagBackends', 'shop', 'url'])
})
