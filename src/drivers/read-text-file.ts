/** Reads a file of the operator as text: at most 1 MiB of UTF-8. */
import type { Outcome } from '../core/release/outcome.ts'
import type { DriverContext } from '../ports/drivers.ts'
import { decodeUtf8, readBoundedFile } from './read-bounded-file.ts'

/** `expected` says what to name instead, such as `a JSON file`. No error quotes what the file holds. */
export async function readTextFile(path: string, expected: string, context: DriverContext): Promise<Outcome<string>> {
  const file = await readBoundedFile({ path, maximumMebibytes: 1, expected }, context)
  return file.ok ? decodeUtf8(file.value.bytes, path) : file
}
