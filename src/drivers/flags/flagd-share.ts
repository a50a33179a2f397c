/**
 * The share of users that a flag of flagd's format is on for: 0 and 100 % are its default variant, anything between is a `fractional` over the
 * flag's key and the targeting key. "On" comes first and the total never changes, so that raising the share drops nobody.
 */
import { z } from 'zod'
import type { FlagDefinition } from '../../core/flags/flag-definition.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'

const totalWeight = 10_000
export const flagdStepPercent = 100 / totalWeight

/** Kept in the flag's own metadata: that it is there says that Tidegate sets this flag. */
const Held = z.object({ tidegateFence: z.int().nonnegative().optional() })

/** In percent. `unsupported` for what is no switch, `rejected` for targeting that says more than a share. */
export function shareOf(flag: FlagDefinition): Outcome<number> {
  const names = switchOf(flag)
  if (!names.ok) return names
  const { on, off } = names.value
  if (flag.state === 'DISABLED') return succeed(0)
  const { targeting, defaultVariant } = flag
  if (!hasRules(targeting)) {
    if (defaultVariant === on || defaultVariant === off) return succeed(defaultVariant === on ? 100 : 0)
    return fail('rejected', 'it has no default variant, so that each client has its own; give it one')
  }
  const weight = z.int().nonnegative()
  const fractional = z.tuple([z.tuple([z.literal(on), weight]), z.tuple([z.literal(off), weight])])
  const split = z.strictObject({ fractional }).safeParse(targeting)
  if (!split.success || defaultVariant !== off) return ownTargeting
  const [[, onWeight], [, offWeight]] = split.data.fractional
  return onWeight + offWeight === 0 ? ownTargeting : succeed((100 * onWeight) / (onWeight + offWeight))
}

/**
 * What of the flag changes when it is on for `percent`. Targeting by hand is `rejected` in a flag that Tidegate has not set before, and
 * replaced in one that it has; so is a `fence` older than the one held.
 */
export function shareChange(
  flag: FlagDefinition,
  { percent, fence, effectId }: { percent: number; fence: number; effectId: string },
): Outcome<Partial<FlagDefinition>> {
  const names = switchOf(flag)
  if (!names.ok) return names
  const metadata = Held.safeParse(flag.metadata ?? {})
  if (!metadata.success) return fail('rejected', 'its metadata has a tidegateFence that is no fence; take it out')
  const held = metadata.data.tidegateFence
  if (held !== undefined && fence < held) return fail('rejected', `fence ${fence} is older than ${held}, which is held`)
  const now = shareOf(flag)
  if (held === undefined && !now.ok && hasRules(flag.targeting)) return now
  const onWeight = Math.round(percent / flagdStepPercent)
  if (Math.abs(onWeight * flagdStepPercent - percent) > 1e-9)
    return fail('unsupported', `${percent} % is no multiple of ${flagdStepPercent} %`)
  const { on, off } = names.value
  const isSplit = onWeight > 0 && onWeight < totalWeight
  return succeed({
    state: 'ENABLED',
    defaultVariant: onWeight === totalWeight ? on : off,
    targeting: isSplit
      ? {
          fractional: [
            [on, onWeight],
            [off, totalWeight - onWeight],
          ],
        }
      : undefined,
    metadata: { ...flag.metadata, tidegateFence: fence, tidegateEffect: effectId },
  })
}

const ownTargeting = fail(
  'rejected',
  'it has targeting of its own; take that out, or let Tidegate move another flag, if it is to move this one',
)

const hasRules = (targeting: FlagDefinition['targeting']): boolean => Object.keys(targeting ?? {}).length > 0

/** The names of its variants `true` and `false`. */
function switchOf({ variants }: FlagDefinition): Outcome<{ on: string; off: string }> {
  const [on, ...moreOn] = Object.keys(variants).filter((name) => variants[name] === true)
  const [off, ...moreOff] = Object.keys(variants).filter((name) => variants[name] === false)
  return on !== undefined && off !== undefined && moreOn.length + moreOff.length === 0
    ? succeed({ on, off })
    : fail('unsupported', 'only a flag with one variant true and one variant false can be set for a share of users')
}
