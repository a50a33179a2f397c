/** Checks that the operator lends to plans, by driver. Each runs and brings back evidence; core judges it. */
import { z } from 'zod'
import { GithubApprovalsCheck, GithubChecksCheck, GithubIssuesCheck } from './operator-github-checks.ts'
import { AccessMatrixCheck, CorsCheck, SettingsParityCheck, TlsCheck } from './operator-probes.ts'
import { JsonCheck, JunitCheck } from './operator-report-checks.ts'
import { Url } from './url.ts'

/** One request of a smoke test and what must come back. `bodyIncludes` are plain substrings. */
export const HttpExpectation = z.strictObject({
  name: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']).default('GET'),
  url: Url,
  headers: z.record(z.string(), z.string()).default({}),
  /** Sent as JSON. `{unique}` inside a string becomes a fresh token, so that a check can run twice. */
  json: z.json().optional(),
  status: z.array(z.int()).min(1),
  bodyIncludes: z.array(z.string()).default([]),
})
export const HttpCheck = z.strictObject({
  driver: z.literal('http'),
  requests: z.array(HttpExpectation).min(1).max(50),
})
export const CheckSpec = z.discriminatedUnion('driver', [
  HttpCheck,
  TlsCheck,
  CorsCheck,
  AccessMatrixCheck,
  SettingsParityCheck,
  GithubChecksCheck,
  GithubApprovalsCheck,
  GithubIssuesCheck,
  JunitCheck,
  JsonCheck,
])
export type CheckSpec = z.infer<typeof CheckSpec>
