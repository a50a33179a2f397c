/** Other documents of the same plan, named by file: milestones, progress tracker, rollback plan, test results. */
import type { Line } from '../markdown/read-lines.ts'
import { at, isNew, type Reader } from './reader.ts'

const limit = 20

/** `update_milestone_list.md` as a code word or a relative link; an address on the web is no companion. */
export function addCompanions(reader: Reader, line: Line): void {
  const named = [...line.codes, ...line.links.map(({ url }) => url.replace(/[?#].*$/, ''))]
  for (const file of named) {
    const isDocument =
      /^(?:\.\/)?(?:[\w.-]+\/){0,4}[\w.-]+\.(?:md|markdown)$/i.test(file) &&
      !/(?:^|\/)\.\.?(?:\/|$)/.test(file.replace(/^\.\//, ''))
    const name = file.replace(/^\.\//, '')
    if (!isDocument || reader.draft.companions.length >= limit || !isNew(reader, 'companion', name)) continue
    reader.draft.companions.push({ source: at(line), rule: 'companion/file', file: name })
  }
}
