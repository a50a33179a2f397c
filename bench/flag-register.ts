/**
 * How long a change of a register takes, from the request to the admin API until it is on disk, in the history and served: a share of one flag, in registers of
 * several sizes with two environments. `npm run bench -- flag-register [--json]`. The client is in the same process.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { FlagRegister } from '../src/core/flags/register/flag-register.ts'
import { newRegister } from '../src/document/flag-register/register-text.ts'
import { replaceText } from '../src/drivers/flags/replace-text.ts'
import { serveFlagFile } from '../src/server/serve-flag-file.ts'

const changes = 100
const folder = mkdtempSync(join(tmpdir(), 'bench-register-'))
const token = 'a-token-that-is-long-enough'
writeFileSync(join(folder, 'token'), token)

interface Row {
  flags: number
  bytes: number
  p50: number
  p99: number
  last: number
}

const rows: Row[] = []
for (const flags of [20, 200, 1_000]) rows.push(await measure(flags))
rmSync(folder, { recursive: true })
const machine = { cpu: `${cpus().length} × ${cpus()[0]?.model}`, node: process.version, load: loadavg()[0] }
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ...machine, changes, rows })}\n`)
else print()

function registerOf(count: number): FlagRegister {
  const flags = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `shop.feature-${at}`,
      {
        owner: 'Shop',
        ticket: `SHOP-${at}`,
        ...(at > 0 && at % 10 === 0 && { requires: { 'shop.feature-0': 'on' } }),
        environments: { staging: { share: 100 }, production: { share: at % 100, cohorts: ['internal'] } },
      },
    ]),
  )
  const cohorts = { internal: [{ email: { endsWith: '@shop.example' } }] }
  return FlagRegister.parse({ tidegateFlags: 1, environments: ['staging', 'production'], cohorts, flags })
}

async function measure(flags: number): Promise<Row> {
  const path = join(folder, `flags-${flags}.yaml`)
  writeFileSync(path, newRegister(registerOf(flags)))
  const server = await serveFlagFile({
    path,
    environment: 'production',
    host: '127.0.0.1',
    port: 0,
    syncPort: 0,
    origins: [],
    nowSec: () => Date.now() / 1_000,
    tell: () => undefined,
    admin: { tokenFile: join(folder, 'token'), replace: replaceText },
  })
  if ('faults' in server) throw new Error(JSON.stringify(server.faults))
  const took: number[] = []
  for (let fence = 1; fence <= changes; fence++) {
    const command = { do: 'set', flag: 'shop.feature-1', environment: 'production', share: fence / 2 }
    const body = JSON.stringify({ command, cause: { fence, effect: `r1/${fence}` } })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const startedMs = performance.now()
    const answer = await fetch(`${server.url}/admin/v1/changes`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    took.push(performance.now() - startedMs)
    if (answer.status !== 200) throw new Error(`the change was answered with ${answer.status}`)
  }
  await server.close()
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1))
  return { flags, bytes: statSync(path).size, p50: at(0.5), p99: at(0.99), last: at(1) }
}

function print(): void {
  process.stdout.write(`${machine.cpu}, Node ${machine.node}, load ${machine.load?.toFixed(1)}, ${changes} changes\n\n`)
  process.stdout.write('| flags | bytes of YAML | p50 ms | p99 ms | longest ms |\n|---|---|---|---|---|\n')
  for (const { flags, bytes, p50, p99, last } of rows)
    process.stdout.write(`| ${flags} | ${bytes} | ${p50} | ${p99} | ${last} |\n`)
}
