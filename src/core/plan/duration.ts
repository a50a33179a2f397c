/** Durations as people write them in YAML: `500ms`, `10s`, `15m`, `24h`, `7d`; always milliseconds inside. */
import { z } from 'zod'

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m` in, milliseconds out. */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)? ?(ms|s|m|min|h|d)$/, 'a duration such as 500ms, 10s, 15m, 24h or 7d')
  .transform((text) => {
    const [, amount = '', unit = ''] = /^([\d.]+) ?([a-z]+)$/.exec(text) ?? []
    return Number(amount) * (UNIT_MS[unit] ?? Number.NaN)
  })

/** The shortest exact-enough form for people: `850 ms`, `12.4 s`, `3 min 20 s`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1).replace(/\.?0+$/, '')} s`
  const [large, small] =
    ms < 3_600_000 ? (['min', 's'] as const) : ms < 86_400_000 ? (['h', 'min'] as const) : (['d', 'h'] as const)
  const [largeMs, smallMs] = [UNIT_MS[large] ?? 1, UNIT_MS[small] ?? 1]
  // Rounded before it is split, so that 60 s never stands beside a minute.
  const rounded = Math.round(ms / smallMs) * smallMs
  const rest = (rounded % largeMs) / smallMs
  const whole = `${Math.floor(rounded / largeMs)} ${large}`
  return rest > 0 ? `${whole} ${rest} ${small}` : whole
}

/** The shortest text that `Duration` reads as exactly these milliseconds: `36h`, `1.5ms`. For 0 up to 10²¹ ms. */
export function writeDuration(ms: number): string {
  const amountIn = (unit: string): number => ms / (UNIT_MS[unit] ?? 1)
  const isExact = (unit: string): boolean =>
    ms > 0 && Number.isInteger(amountIn(unit)) && amountIn(unit) * (UNIT_MS[unit] ?? 1) === ms
  const unit = ['d', 'h', 'min', 's'].find(isExact) ?? 'ms'
  return `${amountIn(unit)}${unit}`
}
