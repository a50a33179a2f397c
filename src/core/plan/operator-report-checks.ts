/** Checks that read a report which another program wrote: JUnit XML, or any JSON. */
import { z } from 'zod'
import { Comparator } from './condition.ts'
import { exposedSecrets, exposeSecrets, Headers } from './headers.ts'
import { Url } from './url.ts'

const File = z.string().min(1).describe('A relative path starts at the folder of the operator file')

export const JunitCheck = z.strictObject({
  driver: z.literal('junit'),
  file: File,
  /** Fewer tests that ran (skipped ones did not) fail the check. */
  minimumTests: z.int().min(1).default(1),
  /** More skipped tests fail the check; without it any number may be skipped. */
  maximumSkipped: z.int().min(0).optional(),
})
export type JunitCheck = z.infer<typeof JunitCheck>

/** RFC 6901: empty for the whole document, else `/key/0/key`, with `~1` for a slash and `~0` for a tilde. */
const JsonPointer = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'a JSON pointer (RFC 6901), such as /total/lines/pct')

/** Passes when the value at `pointer` is of the same type as `value` and compares so. */
export const JsonExpectation = z
  .strictObject({ pointer: JsonPointer, comparator: Comparator, value: z.union([z.number(), z.string(), z.boolean()]) })
  .refine(({ comparator, value }) => typeof value === 'number' || comparator === '==' || comparator === '!=', {
    path: ['comparator'],
    message: 'only numbers have an order: use == or != here',
  })
export type JsonExpectation = z.infer<typeof JsonExpectation>

export const JsonCheck = z
  .strictObject({
    driver: z.literal('json'),
    file: File.optional(),
    url: Url.regex(/^https?:\/\/[^/?#@]+(?:[/?#]|$)/, 'a URL without a user: put credentials in `headers`').optional(),
    /** Sent with the request to `url`; whole values, such as `Bearer …`, can be secrets. */
    headers: Headers,
    expect: z.array(JsonExpectation).min(1).max(100),
    /** Where the report names the commit or artefact that it is about. */
    subject: z.strictObject({ commit: JsonPointer.optional(), artefactDigest: JsonPointer.optional() }).optional(),
    /** Where the report says when it was made: ISO 8601 with an offset or `Z`. */
    producedAt: JsonPointer.optional(),
  })
  .refine(({ file, url }) => (file === undefined) !== (url === undefined), {
    message: 'name either a `file` or a `url`',
  })
  .refine(({ url, headers }) => url !== undefined || Object.keys(headers).length === 0, {
    path: ['headers'],
    message: 'a file takes no headers',
  })
  .refine(({ url = '', headers }) => !exposeSecrets(headers, url), { path: ['url'], message: exposedSecrets })
export type JsonCheck = z.infer<typeof JsonCheck>
