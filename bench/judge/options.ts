/** What the command line asks for: how many runs, from which seed. */
import { parseArgs } from 'node:util'
import { Random } from './random.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
export const runs = Number(values.runs)
export const seed = Number(values.seed)
export const asJson = values.json
if (!Number.isInteger(runs) || runs < 20) throw new RangeError(`--runs ${values.runs}: a whole number from 20 on`)
/** Runs of what takes long. */
export const few = Math.max(20, Math.round(runs / 5))

/** Each section has its own stream, so that a change of one leaves the others' data alone. */
export function stream(name: string): Random {
  return new Random([...name].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), seed))
}
