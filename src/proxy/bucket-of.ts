/** From a user's key to a bucket: FNV-1a (32 bit) with the finaliser of MurmurHash3, which spreads keys that differ in one letter. */
import { bucketCount } from './move-buckets.ts'

/** 0 to 9,999. Changing this function moves users between versions. */
export function bucketOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % bucketCount
}
