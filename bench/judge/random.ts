/** Seeded random numbers and the distributions that simulated traffic is drawn from. */

export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** In [0, 1), 32 bits (mulberry32, Tommy Ettinger). */
  uniform(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** Mean 1 and coefficient of variation `cv` (Marsaglia & Tsang). */
  gamma(cv: number): number {
    if (cv === 0) return 1
    const shape = 1 / cv ** 2
    const raised = shape < 1 ? shape + 1 : shape
    const d = raised - 1 / 3
    for (;;) {
      const x = this.normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v))
        return (d * v * (shape < 1 ? (1 - this.uniform()) ** (1 / shape) : 1)) / shape
    }
  }

  /** Mean 1 and coefficient of variation `cv`. */
  logNormal(cv: number): number {
    const variance = Math.log1p(cv ** 2)
    return Math.exp(Math.sqrt(variance) * this.normal() - variance / 2)
  }

  /** Of `n` trials, by the gaps between successes: costs as much as there are successes. */
  binomial(n: number, p: number): number {
    if (p <= 0) return 0
    if (p > 0.5) return n - this.binomial(n, 1 - p)
    const log = Math.log1p(-p)
    let count = 0
    for (let at = Math.floor(Math.log(1 - this.uniform()) / log); at < n; count++)
      at += 1 + Math.floor(Math.log(1 - this.uniform()) / log)
    return count
  }
}
