/**
 * The judge's figures: exact and simulated false alarms, delays against Wald's bound, and the peers' rules on the same traffic.
 * `npm run bench -- judge [--json] [--runs 1000] [--seed 1]`: tables in Markdown; with `--json` one object as the last line.
 */
import { cpus, loadavg } from 'node:os'
import {
  bandsDelay,
  edgesOf,
  kayentaDelay,
  kayentaFalseAlarms,
  latencyFalseAlarms,
  shapes,
  slower,
  slowTail,
} from './judge/latencies.ts'
import { noise } from './judge/noise-section.ts'
import {
  afterHealthyHour,
  brokenSplit,
  hoursToFalseAlarm,
  lateOnset,
  misleading,
  rateContract,
} from './judge/onsets.ts'
import { asJson, few, runs, seed, stream } from './judge/options.ts'
import {
  calibrated,
  detection,
  exactFalseAlarms,
  peerDetections,
  peerFalseAlarms,
  shipped,
  shippedFalseAlarms,
  thresholdDetection,
} from './judge/rates.ts'
import { delayText, percent, rounded, shareText, table, times, whole } from './judge/report.ts'
import type { Delay } from './judge/statistics.ts'
import { latencyThroughput, rateThroughput } from './judge/throughput.ts'

const sections: Record<string, () => unknown> = {
  falseAlarms,
  rateDelay,
  peers,
  thresholds,
  latency,
  late,
  noise,
  throughput,
}

const figures: Record<string, unknown> = {
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model,
  load: loadavg().map((load) => Math.round(load * 10) / 10),
  runs,
  seed,
}
for (const [name, section] of Object.entries(sections)) figures[name] = section()
if (asJson) process.stdout.write(`${JSON.stringify(rounded(figures))}\n`)

function falseAlarms() {
  const random = stream('falseAlarms')
  const exact = exactFalseAlarms()
  const shippedAlarms = Object.fromEntries(
    ([0.05, 0.01] as const).flatMap((alpha) =>
      [1, 24].map((hours) => [
        `${alpha}, ${hours} h`,
        shippedFalseAlarms(random, alpha, hours, hours === 1 ? runs : few),
      ]),
    ),
  )
  const peerHour = peerFalseAlarms(random, runs, 1)
  const peerDay = peerFalseAlarms(random, few, 24)
  const misled = misleading(random, 0.05, runs * 2)
  table(
    'False alarms, no regression, looked at all the time',
    ['judge', '1 h', '24 h'],
    [
      ['from-start part, exact, α .05', percent(exact.a05.h1), percent(exact.a05.h24)],
      ['from-start part, exact, α .01', percent(exact.a01.h1), percent(exact.a01.h24)],
      [
        'shipped, importance sampling, α .05',
        shareText(shippedAlarms['0.05, 1 h']),
        shareText(shippedAlarms['0.05, 24 h']),
      ],
      [
        'shipped, importance sampling, α .01',
        shareText(shippedAlarms['0.01, 1 h']),
        shareText(shippedAlarms['0.01, 24 h']),
      ],
      ...Object.keys(peerHour).map((name) => [name, shareText(peerHour[name]), shareText(peerDay[name])]),
      ...Object.entries(misled).map(([name, share]) => [`shipped, α .05: ${name}`, shareText(share), '']),
    ],
  )
  return { exact, shipped: shippedAlarms, peers: { hour: peerHour, day: peerDay }, shippedIn: misled }
}

function rateDelay() {
  const random = stream('rateDelay')
  const bars = { ville: shipped(0.01), horizon: calibrated(0.01) }
  const ratios = [1.5, 2, 3, 5, 10]
  const found = ratios.map((ratio) => {
    const rates: [number, number] = [0.005 * ratio, 0.005]
    const [a01, horizon] = [bars.ville, bars.horizon].map((bar) => detection(random, bar, 0.01, rates, runs))
    return { ratio, a01, a05: detection(random, shipped(0.05), 0.05, rates, runs), horizon }
  })
  table(
    'Delay of rates × r from 0.5 %, canary requests: mean (median, p95), mean / W',
    ['r', 'W .01', 'α .01', '/ W', 'α .05', '/ W', 'horizon of an hour, α .01', '/ W'],
    found.map(({ ratio, a01, a05, horizon }) => [
      String(ratio),
      whole(a01?.bound),
      delayText(a01),
      times(a01?.overBound),
      delayText(a05),
      times(a05.overBound),
      delayText(horizon),
      times(horizon?.overBound),
    ]),
  )
  const frequent = detection(random, shipped(0.01), 0.01, [0.25, 0.2], runs)
  table(
    '20 → 25 %, kernel for frequent events, α .01',
    ['W', 'delay', '/ W'],
    [[whole(frequent.bound), delayText(frequent), times(frequent.overBound)]],
  )
  return { found, frequent }
}

function peers() {
  const random = stream('peers')
  const scenarios = [
    { name: '0.5 → 1 %', rates: [0.01, 0.005] as [number, number], threshold: 0.01 },
    { name: '1 → 5 %', rates: [0.05, 0.01] as [number, number], threshold: 0.02 },
  ]
  const found = scenarios.map(({ name, rates, threshold }) => {
    const judges: Record<string, Delay> = {
      'shipped, .05': detection(random, shipped(0.05), 0.05, rates, runs),
      'shipped, .01': detection(random, shipped(0.01), 0.01, rates, runs),
      ...peerDetections(random, rates, threshold, runs),
    }
    return { name, judges }
  })
  table(
    'Delay beside the peers, canary requests: mean (median, p95)',
    ['judge', ...found.map(({ name }) => name)],
    Object.keys(found[0]?.judges ?? {}).map((judge) => [judge, ...found.map(({ judges }) => delayText(judges[judge]))]),
  )
  return found
}

function thresholds() {
  const random = stream('thresholds')
  const found = {
    'above 5 %: true 6 %': thresholdDetection(random, 0.01, 0.05, 0.06, 0, few),
    'above 5 %: true 10 %': thresholdDetection(random, 0.01, 0.05, 0.1, 0, runs),
    'above 5 %: true 10 %, after a healthy hour': thresholdDetection(random, 0.01, 0.05, 0.1, 3_600, runs),
  }
  table(
    'Thresholds, α .01, canary requests: mean (median, p95)',
    ['', 'delay'],
    Object.entries(found).map(([name, delay]) => [name, delayText(delay)]),
  )
  return found
}

function latency() {
  const random = stream('latency')
  const found = Object.keys(shapes).flatMap((shape) =>
    Object.entries(edgesOf).map(([buckets, edges]) => ({
      shape,
      buckets,
      ...slower(random, shape, edges, 1.1, 0.01, few),
    })),
  )
  const other = {
    'lognormal × 1.5': slower(random, 'lognormal', edgesOf.fine, 1.5, 0.01, few),
    '5 % of requests + 1 s': slowTail(random, 0.01, few),
  }
  const bands = bandsDelay(random, 1.1, 0.01, 20)
  const alarms = Object.fromEntries(
    Object.keys(shapes).map((shape) => [shape, latencyFalseAlarms(random, shape, 0.05, few)]),
  )
  const kayenta = {
    lognormal: kayentaDelay(random, (ms) => 1.1 * ms, few),
    'lognormal × 1.5': kayentaDelay(random, (ms) => 1.5 * ms, few),
    '5 % of requests + 1 s': kayentaDelay(random, (ms) => ms + (random.uniform() < 0.05 ? 1_000 : 0), few),
  }
  const kayentaAlarms = kayentaFalseAlarms(random, runs)
  table(
    'Latency × 1.1, α .01, canary requests against the most that the buckets hold (W)',
    ['shape', 'buckets', 'W', 'delay', '/ W'],
    [
      ...found.map(({ shape, buckets, ...delay }) => [
        shape,
        buckets,
        whole(delay.bound),
        delayText(delay),
        times(delay.overBound),
      ]),
      ...Object.entries(other).map(([name, delay]) => [
        name,
        'fine',
        whole(delay.bound),
        delayText(delay),
        times(delay.overBound),
      ]),
      ['lognormal, time-uniform bands', 'fine', '', delayText(bands), ''],
      ...Object.entries(kayenta).map(([name, delay]) => [`${name}, kayenta on p95`, 'fine', '', delayText(delay), '']),
    ],
  )
  table(
    'Latency, equal arms for an hour, α .05',
    ['shape', 'false alarms'],
    [
      ...Object.entries(alarms).map(([shape, share]) => [shape, shareText(share)]),
      ['lognormal, kayenta on p95', shareText(kayentaAlarms)],
    ],
  )
  return { found, other, bands, alarms, kayenta, kayentaAlarms }
}

function late() {
  const random = stream('late')
  const uniform = lateOnset(random, 0.01, runs)
  const hour = afterHealthyHour(random, 0.05, few)
  const contract = rateContract(random, runs)
  const spacing = hoursToFalseAlarm(random, 4, few)
  const split = brokenSplit(random, 0.01, few)
  table(
    'A doubling that begins late, canary requests from the onset',
    ['', 'delay', 'against'],
    [
      [
        'at a random time of an hour, α .01',
        delayText(uniform),
        `${times(uniform.overBound)} of [ln 1/α + ln 60] / I = ${whole(uniform.bound)}`,
      ],
      ['after a healthy hour, α .05, shipped', delayText(hour.anyStart), ''],
      ['after a healthy hour, α .05, from-start part alone', delayText(hour.fromStart), ''],
      ['one false alarm in 7 days: from the start', delayText(contract.fromStart), ''],
      [
        '… after an hour',
        delayText(contract.hour),
        `${times(contract.hour.mean / contract.fromStart.mean)} of from the start`,
      ],
      [
        '… after a day',
        delayText(contract.day),
        `${times(contract.day.mean / contract.fromStart.mean)} of from the start`,
      ],
      ['hours to the first false alarm, one in 4 h allowed', delayText(spacing, 1), ''],
      [
        'split of 10 to 90 that is 11 to 89, α .01, requests of both arms',
        delayText(split.delay),
        `false findings ${shareText(split.alarms)}`,
      ],
    ],
  )
  return { uniform, hour, contract, spacing, split }
}

function throughput() {
  const random = stream('throughput')
  const found = {
    'rate ticks, 0.5 %': rateThroughput(random, 0.005),
    'rate ticks, 20 %': rateThroughput(random, 0.2),
    'histogram ticks, 12 buckets': latencyThroughput(random, 12),
    'histogram ticks, 114 buckets': latencyThroughput(random, 114),
  }
  table(
    'Ticks a second, one core',
    ['', ''],
    Object.entries(found).map(([name, count]) => [name, count.toLocaleString('en')]),
  )
  return found
}
