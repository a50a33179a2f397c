/** What both ends of the benchmark know. */

/** Milliseconds since 1970 with fractions; the same clock for every process of a machine. */
export const nowMs = (): number => performance.timeOrigin + performance.now()

/** What this process has used of the processors since it began. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Flags of which the first one tells the number of the change. */
export function definitionsOf(flags: number, change: number): string {
  const others = Array.from({ length: flags - 1 }, (_, index) => [
    `flag-${index}`,
    {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on'] },
    },
  ])
  const told = { state: 'ENABLED', variants: { now: change }, defaultVariant: 'now' }
  return JSON.stringify({ flags: { change: told, ...Object.fromEntries(others) } })
}
