/** Measures one evaluator in a process of its own: `node bench/flags/measure.ts NAME`. Prints operations of each case a second as JSON. */
import { type Case, cases, expectedOn, makeUsers, userCount } from './cases.ts'
import { flagdCore, tidegate } from './flagd-subjects.ts'
import { flagsmith } from './flagsmith-subject.ts'
import { configCat, growthBook, launchDarkly, unleash } from './product-subjects.ts'
import { statsig } from './statsig-subject.ts'
import { type Subject, untoldDetails } from './subject.ts'

type Maker = () => Subject | Promise<Subject>

const makers: Readonly<Record<string, Maker>> = {
  Tidegate: tidegate,
  'flagd-core': flagdCore,
  LaunchDarkly: launchDarkly,
  Unleash: unleash,
  GrowthBook: growthBook,
  Flagsmith: flagsmith,
  ConfigCat: configCat,
  Statsig: statsig,
}

/**
 * Each batch asks for every user, and again until it has lasted for the first of these times: processor time may be counted in steps of 4 ms. The slow
 * ones stop a little after the second.
 */
const [batchLeastMs, batchLimitMs] = [300, 750]
const batches = 5
const chunk = 4_096

const subject = await makers[process.argv[2] ?? '']?.()
if (subject === undefined)
  throw new Error(`no evaluator '${process.argv[2]}'; there are: ${Object.keys(makers).join(', ')}`)
const users = makeUsers()
const contexts = users.map((user) => subject.context(user))
const expected = expectedOn(users)
const figures: Partial<Record<Case, number>> = {}
for (const name of cases) figures[name] = await measure(name)
process.stdout.write(`${JSON.stringify({ ...figures, untold: untoldDetails() })}\n`)
await subject.close?.()
process.exit(0)

/** The first batch warms up. Throws when the flag is on for the wrong number of users. */
async function measure(name: Case): Promise<number> {
  const rates: number[] = []
  for (let at = 0; at <= batches; at++) {
    const { rate, share } = await batch(name)
    if (at > 0) rates.push(rate)
    const wanted = expected[name] / userCount
    const tolerance = name === 'share' ? 0.02 : 0.005
    if (Math.abs(share - wanted) > tolerance) throw new Error(`${name} is on for ${share}, not ${wanted} of the users`)
  }
  return rates.sort((a, b) => a - b)[Math.floor(batches / 2)] ?? Number.NaN
}

/** By the processor time of this thread, which other work on the machine disturbs least. */
async function batch(name: Case): Promise<{ rate: number; share: number }> {
  let [on, done] = [0, 0]
  const started = process.threadCpuUsage()
  const spentMs = () => {
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1_000
  }
  const first = subject?.isOn(name, contexts[0])
  const isOver = () =>
    (done % userCount === 0 && done > 0 && spentMs() >= batchLeastMs) ||
    (done % (8 * chunk) === 0 && spentMs() >= batchLimitMs)
  while (!isOver()) {
    const from = done % userCount
    on += typeof first === 'boolean' ? some(name, from) : await someLater(name, from)
    done += chunk
  }
  return { rate: (done / spentMs()) * 1_000, share: on / done }
}

function some(name: Case, from: number): number {
  const { isOn } = subject as Subject
  let on = 0
  for (let at = from; at < from + chunk; at++) if (isOn(name, contexts[at])) on += 1
  return on
}

async function someLater(name: Case, from: number): Promise<number> {
  const { isOn } = subject as Subject
  let on = 0
  for (let at = from; at < from + chunk; at++) if (await isOn(name, contexts[at])) on += 1
  return on
}
