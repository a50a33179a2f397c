/** MaxSPRT for Poisson counts against its published tables: our Stirling remainders under a thousand steps of exact dynamic programming. */
import { describe, expect, it } from 'vitest'
import { surveillanceOf } from './max-sprt.ts'

/** Kulldorff et al. (2011), table 1: horizon, then critical values at α .05, .01 and .001. */
const criticalValues: readonly (readonly [number, number, number, number])[] = [
  [0.1, 2.044069, 4.119293, 6.579669],
  [0.2, 2.266893, 4.17963, 6.754862],
  [0.5, 2.637928, 4.48374, 7.034472],
  [1, 2.853937, 4.670428, 7.172614],
  [1.5, 2.964971, 4.778944, 7.278202],
  [2, 3.046977, 4.862223, 7.341453],
  [2.5, 3.110419, 4.924475, 7.397851],
  [3, 3.162106, 4.971792, 7.445736],
  [4, 3.245004, 5.040311, 7.518319],
  [5, 3.297183, 5.091907, 7.569312],
  [6, 3.342729, 5.136461, 7.608607],
  [8, 3.413782, 5.206326, 7.673013],
  [10, 3.467952, 5.260513, 7.724863],
  [12, 3.511749, 5.302914, 7.76752],
  [15, 3.562591, 5.351279, 7.814719],
  [20, 3.628123, 5.41477, 7.877573],
  [25, 3.67632, 5.463382, 7.924478],
  [30, 3.715764, 5.502563, 7.962688],
  [40, 3.774663, 5.56162, 8.022182],
  [50, 3.819903, 5.605972, 8.067072],
  [60, 3.855755, 5.642209, 8.10234],
  [80, 3.910853, 5.697631, 8.15753],
  [100, 3.952321, 5.738974, 8.199403],
  [120, 3.985577, 5.772435, 8.232827],
  [150, 4.025338, 5.812121, 8.272692],
  [200, 4.074828, 5.862113, 8.322983],
  [250, 4.112234, 5.899824, 8.360938],
  [300, 4.142134, 5.929897, 8.391288],
  [400, 4.188031, 5.976241, 8.438008],
  [500, 4.222632, 6.011088, 8.473183],
  [600, 4.25031, 6.039013, 8.501314],
  [800, 4.292829, 6.081871, 8.54459],
  [1000, 4.324917, 6.114225, 8.577253],
]

const relativeRisks = [1, 1.2, 1.5, 2, 3, 5, 10]

/** Table 3: horizon, then the mean time of a signal at each relative risk, critical values of α .05. */
const signalTimes: readonly (readonly number[])[] = [
  [1, 0.22, 0.25, 0.3, 0.35, 0.39, 0.37, 0.22],
  [2, 0.4, 0.51, 0.63, 0.75, 0.79, 0.62, 0.24],
  [5, 0.96, 1.38, 1.82, 2.09, 1.78, 0.83, 0.26],
  [10, 1.83, 2.99, 4.02, 4.13, 2.45, 0.87, 0.27],
  [20, 3.48, 6.7, 8.68, 6.96, 2.67, 0.91, 0.28],
  [50, 8.06, 19.76, 20.45, 8.94, 2.82, 0.96, 0.3],
  [100, 15.13, 43.78, 29.93, 9.3, 2.92, 0.99, 0.31],
  [200, 28.37, 89.73, 33, 9.62, 3.01, 1.02, 0.32],
  [500, 64.95, 171.79, 34.4, 10.01, 3.12, 1.06, 0.33],
  [1000, 121.49, 196.27, 35.37, 10.27, 3.2, 1.08, 0.33],
]

/** The same for the mean length of surveillance. */
const lengths: readonly (readonly number[])[] = [
  [1, 0.96, 0.95, 0.93, 0.88, 0.77, 0.54, 0.23],
  [2, 1.92, 1.89, 1.82, 1.68, 1.32, 0.72, 0.24],
  [5, 4.8, 4.68, 4.4, 3.7, 2.18, 0.83, 0.26],
  [10, 9.59, 9.25, 8.33, 5.98, 2.53, 0.87, 0.27],
  [20, 19.17, 18.17, 14.91, 8, 2.67, 0.91, 0.28],
  [50, 47.9, 43.2, 26.28, 8.96, 2.82, 0.96, 0.3],
  [100, 95.76, 79.28, 31.46, 9.3, 2.92, 0.99, 0.31],
  [200, 191.42, 131.25, 33.02, 9.62, 3.01, 1.02, 0.32],
  [500, 478.25, 186.15, 34.4, 10.01, 3.12, 1.06, 0.33],
  [1000, 956.07, 196.59, 35.37, 10.27, 3.2, 1.08, 0.33],
]

describe('table 1: critical values, six digits', () => {
  it.each(criticalValues)('horizon %d', (horizon, ...values) => {
    for (const [index, alpha] of [0.05, 0.01, 0.001].entries()) {
      const value = values[index] ?? Number.NaN
      // Its last digit: a little less alarms too often, a little more too seldom.
      expect(surveillanceOf(value - 1e-6, horizon).signal).toBeGreaterThan(alpha)
      expect(surveillanceOf(value + 1e-6, horizon).signal).toBeLessThan(alpha)
    }
  })
})

describe('table 3: mean times, two digits', () => {
  it.each(
    signalTimes.map(([horizon = 0, ...times], row) => ({ horizon, times, lengths: lengths[row]?.slice(1) ?? [] })),
  )('horizon $horizon', ({ horizon, times, lengths: published }) => {
    const value = criticalValues.find(([at]) => at === horizon)?.[1] ?? Number.NaN
    const found = relativeRisks.map((risk) => surveillanceOf(value, horizon, risk))
    for (const [index, { meanSignal, meanLength }] of found.entries()) {
      expect(Math.abs(meanSignal - (times[index] ?? Number.NaN))).toBeLessThanOrEqual(0.00501)
      expect(Math.abs(meanLength - (published[index] ?? Number.NaN))).toBeLessThanOrEqual(0.00501)
    }
  })
})
