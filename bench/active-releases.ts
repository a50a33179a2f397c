/**
 * What many active releases cost one controller: `npm run bench -- active-releases [--releases 100,1000,10000] [--seconds 30] [--json]`.
 * Of each number a hundred bake at a tick of a second, reading real pages of counters over HTTP; the rest wait for a signature that has a
 * reminder every ten minutes, and a person speaks to one of them ten times a second. The store is SQLite on disk. The decision lag is the time from when something was
 * due (a look, a reminder, a word) until what was decided on it was on disk.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { ActiveFigures } from './active-releases/controller.ts'

const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '100,1000,10000' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean' },
  },
})

const service = fork(new URL('./active-releases/pages.ts', import.meta.url))
const [port] = await once(service, 'message')
const machine = { cpu: `${cpus().length} × ${cpus()[0]?.model}`, node: process.version, load: loadavg()[0] }
const rows: ActiveFigures[] = []
for (const releases of values.releases.split(',').map(Number)) rows.push(await figuresOf(releases))
service.kill()
if (values.json) process.stdout.write(`${JSON.stringify({ ...machine, rows })}\n`)
else print()

/** In a process of its own, so that the memory is that of one controller. */
async function figuresOf(releases: number): Promise<ActiveFigures> {
  const controller = fork(new URL('./active-releases/controller.ts', import.meta.url), [
    String(releases),
    values.seconds,
    String(port),
  ])
  const [figures] = await Promise.race([
    once(controller, 'message'),
    once(controller, 'exit').then(([code]) => {
      throw new Error(`the controller of ${releases} releases ended with ${code}`)
    }),
  ])
  return figures
}

function print(): void {
  const { cpu, node, load } = machine
  process.stdout.write(`${cpu}, Node ${node}, load ${load?.toFixed(1)}, ${values.seconds} s each\n\n`)
  process.stdout.write(
    '| releases | taken up ms | look p50 / p99 / max ms | reminder p99 ms | word p99 ms | processor | resident MiB |\n',
  )
  process.stdout.write('|---|---|---|---|---|---|---|\n')
  for (const { releases, resumeMs, looks, reminders, words, cpuShare, residentMiB } of rows)
    process.stdout.write(
      `| ${releases} | ${resumeMs} | ${looks.p50} / ${looks.p99} / ${looks.max} (${looks.count}) | ${reminders.p99} (${reminders.count}) ` +
        `| ${words.p99} (${words.count}) | ${Math.round(cpuShare * 100)} % | ${residentMiB} |\n`,
    )
}
