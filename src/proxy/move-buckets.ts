/** Divides users among versions: 10,000 buckets of users, each owned by one version, moved as little as new shares need. */
import type { Shares } from '../core/release/evidence.ts'

/** Buckets of users; one is 0.01 % of them. */
export const bucketCount = 10_000

/** The owner of each bucket; `null` as long as no shares were ever set. */
export type Owners = readonly (string | null)[]

/**
 * The owners once `shares` (percent, adding up to 100) hold. A version that gains keeps every bucket it has, so its users stay; only
 * a version that loses gives buckets up. `versions[0]` takes the rest: it gives its lowest buckets first and the others their highest,
 * so that a share which goes down and up again brings back the same users.
 */
export function moveBuckets(owners: Owners, shares: Shares, versions: readonly string[]): string[] {
  const [rest = '', ...others] = versions
  const missing = new Map(versions.map((version) => [version, Math.round((shares[version] ?? 0) * 100)]))
  for (const owner of owners) change(missing, owner, -1)

  const kept = Array.from({ length: bucketCount }, (_, bucket) => {
    const owner = owners[bucket]
    return owner != null && missing.has(owner) ? owner : null
  })
  const giveUp = (bucket: number) => {
    const owner = kept[bucket] ?? null
    if (owner === null || (missing.get(owner) ?? 0) >= 0) return
    kept[bucket] = null
    change(missing, owner, 1)
  }
  for (let bucket = 0; bucket < bucketCount; bucket++) if (kept[bucket] === rest) giveUp(bucket)
  for (let bucket = bucketCount - 1; bucket >= 0; bucket--) if (kept[bucket] !== rest) giveUp(bucket)

  return kept.map((owner) => {
    if (owner !== null) return owner
    const taker = others.find((version) => (missing.get(version) ?? 0) > 0) ?? rest
    change(missing, taker, -1)
    return taker
  })
}

function change(counts: Map<string, number>, version: string | null, by: number): void {
  const count = version === null ? undefined : counts.get(version)
  if (version !== null && count !== undefined) counts.set(version, count + by)
}

/** The share of each version in percent, counted from the buckets: what really holds. */
export function sharesOf(owners: Owners, versions: readonly string[]): Shares {
  const counts = new Map(versions.map((version) => [version, 0]))
  for (const owner of owners) change(counts, owner, 1)
  return Object.fromEntries([...counts].map(([version, count]) => [version, count / 100]))
}
