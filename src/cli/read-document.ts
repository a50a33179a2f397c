/** Reads a file that the user named; what is wrong with it is one clear message. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type CliContext, UserError } from './context.ts'

const mistakes: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'that is a folder; name the file in it',
  EACCES: 'you may not read it',
}

/** The text of the file, relative to the working folder. Throws a `UserError`. */
export async function readDocument({ cwd }: Pick<CliContext, 'cwd'>, file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8').decode(await readFile(resolve(cwd, file)))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    throw new UserError(`cannot read ${file}: ${mistakes[code] ?? code}`)
  }
}
