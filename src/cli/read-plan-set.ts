/** Reads a plan with the documents it names, from the plan's folder and nowhere else. */

import { realpath } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type ImportedDocument, importDocument } from '../document/import-document.ts'
import { joinCompanions, type PlanSet } from '../document/join-companions.ts'
import { type CliContext, UserError } from './context.ts'
import { readBoundedFile } from './read-bounded-file.ts'

/** Throws a `UserError` when the plan itself cannot be read; a companion that cannot be read counts as missing. */
export async function readPlanSet(context: CliContext, plan: string): Promise<PlanSet> {
  const main = importDocument(await readBoundedFile(context, plan), plan)
  return joinCompanions(main, await readCompanions(context, plan, main))
}

/** By the names that the plan uses. A link that leads out of the plan's folder is not followed. */
export async function readCompanions(
  context: CliContext,
  plan: string,
  { draft }: Pick<ImportedDocument, 'draft'>,
): Promise<Map<string, Uint8Array>> {
  const folder = dirname(plan)
  const read = new Map<string, Uint8Array>()
  for (const { file } of draft.companions) {
    const path = join(folder, file)
    if (!(await isInside(context, folder, path))) continue
    try {
      read.set(file, await readBoundedFile(context, path))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      context.err(error.message)
    }
  }
  return read
}

async function isInside({ cwd }: Pick<CliContext, 'cwd'>, folder: string, path: string): Promise<boolean> {
  try {
    const [root, target] = await Promise.all([realpath(resolve(cwd, folder)), realpath(resolve(cwd, path))])
    const within = relative(root, target)
    return within !== '' && within !== '..' && !within.startsWith(`..${sep}`)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
