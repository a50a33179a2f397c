/** What drivers bring home, as data: shares, versions, counts per arm, check results, command results. */
import { z } from 'zod'

/** Percent of traffic per version; the values add up to 100. */
export const Shares = z.record(z.string(), z.number().min(0).max(100))
export type Shares = z.infer<typeof Shares>

/** Cohorts whose people all get one version, whatever the shares are: the version by the cohort's name at the router. */
export const Cohorts = z.record(z.string(), z.string())
export type Cohorts = z.infer<typeof Cohorts>

/**
 * On for this percentage of users; 0 is off, 100 is on for everyone. `cohorts`: people who have it on whatever the percentage is, by the
 * names that the flag's backend knows; absent is the same as none.
 */
export const FlagSetting = z.strictObject({
  percent: z.number().min(0).max(100),
  cohorts: z.array(z.string()).optional(),
})
export type FlagSetting = z.infer<typeof FlagSetting>

/** Versions that run at a target, whether each answers its health check, and the digest of the artefact it runs, where the target knows it. */
export const RunningVersions = z.strictObject({
  running: z.array(
    z.strictObject({ version: z.string(), healthy: z.boolean(), artefactDigest: z.string().optional() }),
  ),
})
export type RunningVersions = z.infer<typeof RunningVersions>

export const Arm = z.enum(['candidate', 'baseline'])
export type Arm = z.infer<typeof Arm>

/**
 * Counts of one arm in one window, never rates. `events` of `total`; or `total` observations in cumulative `buckets`
 * (`le` is the inclusive upper edge in the metric's base unit, the last one Infinity written as `null`). Of a gauge: the sum of its values
 * now over `total` instances.
 */
export const ArmCounts = z.strictObject({
  total: z.number().nonnegative(),
  events: z.number().nonnegative().optional(),
  buckets: z.array(z.strictObject({ le: z.number().nullable(), count: z.number().nonnegative() })).optional(),
  gauge: z.number().optional(),
})
export type ArmCounts = z.infer<typeof ArmCounts>

const Arms = z.partialRecord(Arm, ArmCounts)

/**
 * What a metric source saw since the cursor it was given. An arm that is absent had no instance to read: that is not zero. `segments` are
 * the same counts apart by the value of the metric's segment label; `arms` are their sums.
 * `cursor` is the source's own bookmark (raw counters per instance), kept in the log and handed back with the next read.
 */
export const MetricReading = z.strictObject({
  arms: Arms,
  segments: z.record(z.string(), Arms).optional(),
  cursor: z.json(),
})
export type MetricReading = z.infer<typeof MetricReading>

/** What a piece of evidence is about: the commit, the artefact. */
export const EvidenceSubject = z.strictObject({ commit: z.string().optional(), artefactDigest: z.string().optional() })

/**
 * Result of a check. `details` are the observed facts, one line each; `digest` is SHA-256 of the raw bytes, hexadecimal. `producedAt` (ISO
 * 8601) is when the evidence was made, where its source says so: what is brought late may be old.
 */
export const CheckEvidence = z.strictObject({
  verdict: z.enum(['passed', 'failed', 'pending']),
  summary: z.string(),
  details: z.array(z.string()),
  digest: z.string().optional(),
  subject: EvidenceSubject.optional(),
  producedAt: z.string().optional(),
})
export type CheckEvidence = z.infer<typeof CheckEvidence>

/** `output` is the tail of stdout and stderr, redacted and limited. */
export const CommandResult = z.strictObject({ exitCode: z.int(), output: z.string() })
export type CommandResult = z.infer<typeof CommandResult>

export const Message = z.strictObject({
  urgency: z.enum(['page', 'inform']),
  /** Roles that should read it. */
  audience: z.array(z.string()),
  subject: z.string(),
  body: z.string(),
})
export type Message = z.infer<typeof Message>
