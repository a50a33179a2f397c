/**
 * `npm run tamper -- [--count N] [--seed N] [--json]`: tampers N times with sealed histories in every way there is, and has each verified. Exit
 * code 1 when one was not detected, or fewer than 95 % were located; each that was missed is printed with its seed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeHistory } from './history.ts'
import { type Tried, tryTampering } from './try-tampering.ts'

/** Tamperings of one history; then the next. */
const perHistory = 250
const shownMisses = 20
const locatedGoal = 0.95

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const [count, firstSeed] = [Number(values.count), Number(values.seed)]
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(firstSeed) || firstSeed < 0) {
  process.stderr.write('usage: npm run tamper -- [--count N] [--seed N] [--json], with whole numbers\n')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'tidegate-tamper-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const started = performance.now()
const whole = await tally(count, { headsOnly: false })
const blurredCount = Math.ceil(count / 10)
const blurred = await tally(blurredCount, { headsOnly: true })
const seconds = Math.round((performance.now() - started) / 1_000)
const figures = {
  tamperings: count,
  detected: whole.detected,
  located: whole.located,
  headsOnly: { tamperings: blurredCount, detected: blurred.detected, inRange: blurred.inRange },
  kinds: Object.keys(whole.kinds).length,
  seconds,
}
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
else
  process.stdout.write(
    `${count} tamperings of ${figures.kinds} kinds in ${seconds} s: ${whole.detected} detected, ${whole.located} located. Of ${blurredCount} with signed heads only: ${blurred.detected} detected, ${blurred.inRange} in the smallest range.\n`,
  )
const isGood = whole.detected === count && blurred.detected === blurredCount && whole.located >= locatedGoal * count
process.exitCode = isGood ? 0 : 1

async function tally(count: number, { headsOnly }: { headsOnly: boolean }) {
  const sum = { detected: 0, located: 0, inRange: 0, kinds: {} as Record<string, number> }
  let misses = 0
  for (let done = 0; done < count; done += perHistory) {
    const place = join(folder, `${headsOnly}-${done}`)
    const history = await makeHistory(firstSeed + done, place)
    for (let seed = firstSeed + done; seed < firstSeed + Math.min(count, done + perHistory); seed++) {
      const tried = tryTampering(history, seed, place, { headsOnly })
      sum.kinds[tried.kind] = (sum.kinds[tried.kind] ?? 0) + 1
      if (tried.isDetected) sum.detected++
      if (tried.isLocated) sum.located++
      if (tried.isInRange) sum.inRange++
      if (!(tried.isDetected && (headsOnly || tried.isLocated)) && misses++ < shownMisses) tell(tried)
    }
    rmSync(place, { recursive: true })
  }
  return sum
}

function tell({ seed, kind, first, isDetected, report }: Tried): void {
  const what = isDetected ? 'not located' : 'NOT DETECTED'
  process.stderr.write(
    `seed ${seed}: ${kind}, event ${first}: ${what}; ${JSON.stringify(report.findings[0] ?? null)}\n`,
  )
}
