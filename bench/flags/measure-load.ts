/** How long reading a file of 5,000 flags takes, half of them with rules for attributes and half with shares. */
import { readFlagSet } from '../../src/core/flags/read-flag-set.ts'
import { definitions } from './flagd-subjects.ts'

const flagCount = 5_000

export interface LoadFigures {
  /** With all code still to be compiled. */
  firstMs: number
  againMs: number
  changedMs: number
  compiledAgain: number
}

/** Processor time of this thread. */
export function measureLoad(): LoadFigures {
  const { target, share } = JSON.parse(definitions).flags
  const flags = Object.fromEntries(
    Array.from({ length: flagCount }, (_, at) => [
      `flag-${at}`,
      { ...(at % 2 === 0 ? target : share), metadata: { at } },
    ]),
  )
  const text = JSON.stringify({ flags })
  const changed = JSON.stringify({ flags: { ...flags, 'flag-7': { ...flags['flag-7'], state: 'DISABLED' } } })
  const [firstMs] = timed(() => readFlagSet(text))
  const [againMs, { set }] = timed(() => readFlagSet(text))
  const [changedMs, next] = timed(() => readFlagSet(changed, set))
  const compiledAgain = [...(next.set?.flags ?? [])].filter(([key, flag]) => set?.flags.get(key) !== flag).length
  return { firstMs, againMs, changedMs, compiledAgain }
}

function timed<T>(act: () => T): [ms: number, result: T] {
  const started = process.threadCpuUsage()
  const result = act()
  const { user, system } = process.threadCpuUsage(started)
  return [(user + system) / 1_000, result]
}
