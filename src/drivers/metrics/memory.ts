/** Scripted counters in memory, counted like those of real pages: for tests and rehearsals. */
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, MetricSource } from '../../ports/drivers.ts'
import { countArms } from './count-arms.ts'
import { type Page, parseExposition } from './parse-exposition.ts'

/** What one process shows: its page in the Prometheus text format, or that it is gone or silent. */
export type ScriptedPage = { text: string } | 'gone' | 'silent'

export interface MemorySource extends MetricSource {
  /** From now on the process shows this. */
  show(process: string, page: ScriptedPage): void
}

/** One source, with no process at first. */
export function createMemorySource(source: string): MemorySource {
  const pages = new Map<string, Page | 'gone' | 'silent'>()

  function check(name: string, { signal }: DriverContext): Outcome<typeof pages> {
    if (name !== source) return fail('notFound', `there is no metric source "${name}"; there are: ${source}`)
    if (signal.aborted) return fail('unavailable', `the request was stopped: ${String(signal.reason)}`)
    const answers = [...pages.values()].some((page) => typeof page === 'object')
    return answers ? succeed(pages) : fail('unavailable', `no page of ${source} can be read`)
  }

  return {
    name: 'memory-source',
    show(process, page) {
      const parsed = typeof page === 'string' ? page : parseExposition(page.text)
      if (typeof parsed === 'object' && 'problem' in parsed) throw new Error(parsed.problem)
      pages.set(process, parsed)
    },
    async ping(name, context) {
      const checked = check(name, context)
      return checked.ok ? succeed(undefined) : checked
    },
    async read(name, request, context) {
      const checked = check(name, context)
      return checked.ok ? countArms(checked.value, request) : checked
    },
  }
}
