/** Flags of a file in flagd's JSON format: which there are, for `tidegate bind`. It writes nothing; `flagd-file-backend.ts` does. */
import { resolve } from 'node:path'
import type { FlagOffer } from '../../core/plan/flag.ts'
import type { FlagdFile } from '../../core/plan/operator.ts'
import { type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, FlagSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { readDefinitions } from './flagd-definitions.ts'

/** Relative paths start at `folder`. */
export function createFlagdFileSource(
  files: Readonly<Record<string, FlagdFile>>,
  { folder }: { folder: string },
): FlagSource {
  async function offers(source: string, context: DriverContext): Promise<Outcome<FlagOffer[]>> {
    const found = findByName('flag source', files, source)
    if (!found.ok) return found
    const definitions = await readDefinitions(resolve(folder, found.value.file), context)
    if (!definitions.ok) return definitions
    const offered = [...definitions.value.flags].map(
      ([key, { state, variants }]): FlagOffer => ({ key, state, variants: Object.keys(variants) }),
    )
    return succeed(offered.sort((a, b) => (a.key < b.key ? -1 : 1)))
  }
  return {
    name: 'flagd-file',
    async ping(source, context) {
      const outcome = await offers(source, context)
      return outcome.ok ? succeed(undefined) : outcome
    },
    offers,
  }
}
