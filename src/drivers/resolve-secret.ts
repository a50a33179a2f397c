/** Reads a secret where the operator says it is, each time it is needed: a rotated one is used at the next call. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SecretRef } from '../core/plan/secret-ref.ts'
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'

/** `folder` is where relative paths start. A trailing line break is no part of a secret. The error names the place, never the value. */
export async function resolveSecret(
  ref: SecretRef,
  { folder, env = process.env }: { folder: string; env?: Readonly<Record<string, string | undefined>> },
): Promise<Outcome<string>> {
  if ('env' in ref) {
    const value = env[ref.env]
    return value ? succeed(value) : fail('unauthorized', `the environment variable ${ref.env} is not set`)
  }
  try {
    const value = (await readFile(resolve(folder, ref.file), 'utf8')).replace(/\r?\n$/, '')
    return value === '' ? fail('unauthorized', `the secret file ${ref.file} is empty`) : succeed(value)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return fail('unauthorized', `the secret file ${ref.file} cannot be read (${code ?? 'unknown error'})`)
  }
}
