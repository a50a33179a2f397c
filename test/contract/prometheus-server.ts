/** A real Prometheus server on loopback for tests, of a process of its own; from Debian's package `prometheus`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './loopback-server.ts'

export interface PrometheusProcess extends AsyncDisposable {
  url: string
  /** Resolves once every target's scrape that began after this call is over, or throws after ten seconds. */
  scraped(): Promise<void>
}

/** Whether tests can run one; says so where they cannot. */
export function hasPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write('SKIPPED: there is no prometheus on the PATH, so its driver is not tried on a real server\n')
    return false
  }
}

/** Scrapes these pages (`host:port`, path `/metrics`) as the job `app`. */
export async function startPrometheus(targets: string[], scrapeIntervalMs: number): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: `${scrapeIntervalMs}ms`, scrape_timeout: `${scrapeIntervalMs}ms` },
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets }] }],
    }),
  )
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const lastScrapes = async (): Promise<number[]> => {
    const answer = (await (await fetch(`${url}/api/v1/targets?state=active`)).json()) as {
      data: { activeTargets: { lastScrape: string }[] }
    }
    return answer.data.activeTargets.map(({ lastScrape }) => Date.parse(lastScrape))
  }
  await within(10_000, 'prometheus to be ready', async () => (await fetch(`${url}/-/ready`)).ok)
  return {
    url,
    async scraped() {
      const sinceMs = Date.now()
      await within(10_000, 'the next scrape', async () => {
        const times = await lastScrapes()
        return times.length === targets.length && times.every((time) => time > sinceMs)
      })
    },
    async [Symbol.asyncDispose]() {
      await end(child)
      rmSync(folder, { recursive: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.kill('SIGKILL')) await closed
}

async function within(limitMs: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + limitMs
  while (!(await holds().catch(() => false))) {
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms for ${what}`)
    await sleep(20)
  }
}
