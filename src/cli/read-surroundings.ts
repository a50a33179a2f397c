/** Reads what stands beside a plan: its bindings, and the operator's file, each with where its entries stand. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Diagnostic, SourceRange } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import type { CliContext } from './context.ts'

export interface Read<T> {
  /** Only without errors. */
  value?: T
  diagnostics: Diagnostic[]
  locate(path: readonly string[]): SourceRange
}

/** The named file, else `tidegate.yaml` beside the plan if it is there. */
export async function readBindings<T>(
  context: CliContext,
  plan: string,
  named: string | undefined,
  schema: z.ZodType<T>,
): Promise<Read<T> | undefined> {
  const beside = join(dirname(plan), 'tidegate.yaml')
  const file = named ?? (existsSync(resolve(context.cwd, beside)) ? beside : undefined)
  if (file === undefined) return undefined
  const { readYaml } = await import('../document/yaml/read-yaml.ts')
  return readYaml(await readText(context, file), file, schema)
}

export async function readOperator(context: CliContext, file: string | undefined): Promise<Read<Operator> | undefined> {
  if (file === undefined) return undefined
  const [{ readYaml }, { Operator }] = await Promise.all([
    import('../document/yaml/read-yaml.ts'),
    import('../core/plan/operator.ts'),
  ])
  // Nothing is started here, so these only have to stand for what Tidegate gives when it runs.
  const given = { NODE: '/node', TIDEGATE_PROXY: '/tidegate-proxy', STATE: '/state' }
  return readYaml(await readText(context, file), file, Operator, { variables: { ...context.env, ...given } })
}

async function readText(context: CliContext, file: string): Promise<string> {
  const [{ decodeText }, { readBoundedFile }] = await Promise.all([
    import('../document/decode-text.ts'),
    import('./read-bounded-file.ts'),
  ])
  return decodeText(await readBoundedFile(context, file), file).text
}
