/** Checks whose evidence GitHub has: check runs, approvals of a pull request, open issues. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'

/** A token travels with every request, so it goes in the clear only to the machine itself. */
const ApiUrl = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:\/[^\s?#]*)?$/,
    'an https URL without user, query or fragment (http only on loopback)',
  )

/** What every question to GitHub needs. `token` needs no more than to read what the check asks for. */
export const GithubAccess = z.strictObject({
  repository: z.string().regex(/^[A-Za-z0-9][\w-]*\/(?!\.{1,2}$)[\w.-]{1,100}$/, 'owner/name'),
  token: SecretRef,
  /** Root of the REST API; GitHub Enterprise Server has it at `https://HOST/api/v3`. */
  baseUrl: ApiUrl.default('https://api.github.com'),
})
export type GithubAccess = z.infer<typeof GithubAccess>

/** Passes when the check runs of a commit have. Commit statuses of the older API are no check runs. */
export const GithubChecksCheck = GithubAccess.extend({
  driver: z.literal('github-checks'),
  /** A full commit hash, `heads/BRANCH` or `tags/TAG`; a bare name works where it is not both. */
  ref: z.string().regex(/^(?!.*\.\.)[^\s~^:?*[\\.][^\s~^:?*[\\]*$/, 'a branch, a tag or a commit hash'),
  /** Names of check runs that must pass, or `all` that there are. */
  required: z.union([z.literal('all'), z.array(z.string().min(1)).min(1).max(100)]),
})
export type GithubChecksCheck = z.infer<typeof GithubChecksCheck>

/** Passes when `count` people with a part in the repository approved the pull request and nobody asks for changes. */
export const GithubApprovalsCheck = GithubAccess.extend({
  driver: z.literal('github-approvals'),
  pullRequest: z.int().positive(),
  count: z.int().min(1).max(100).default(1),
  /** Counts approvals of earlier commits too. */
  staleApprovals: z.boolean().default(false),
})
export type GithubApprovalsCheck = z.infer<typeof GithubApprovalsCheck>

/** Passes when no open issue carries any of the labels, such as P0 and P1. */
export const GithubIssuesCheck = GithubAccess.extend({
  driver: z.literal('github-issues'),
  labels: z
    .array(z.string().regex(/^[^,]+$/, 'a label without a comma: GitHub reads a comma as the start of another label'))
    .min(1)
    .max(20),
})
export type GithubIssuesCheck = z.infer<typeof GithubIssuesCheck>
