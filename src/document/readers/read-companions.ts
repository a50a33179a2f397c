/** Other documents of the same plan, named by file: milestones, progress tracker, rollback plan, test results. */
import type { Line } from '../markdown/read-lines.ts'
import { at, isNew, type Reader } from './reader.ts'

const limit = 20
/** What a plan is parted into; a README or a guide is something to read, no part of it. */
const part =
  /mile-?_?stones?|progress|tracker|roll-?_?back|revert|plan|test|results?|check-?_?list|run-?_?book|contacts?|risks?|time-?_?line|schedule|gates?|criteria|report|status/i

/** `milestones.md` as a code word or a relative link; an address on the web is no companion. */
export function addCompanions(reader: Reader, line: Line): void {
  // "Document all rollback actions in `report.md`": it is yet to be written.
  if (/^\W*(?:document|record|write|log|capture|save|note)\b/i.test(line.text)) return
  const named = [...line.codes, ...line.links.map(({ url }) => url.replace(/[?#].*$/, ''))]
  for (const file of named) {
    const isDocument =
      /^(?:\.\/)?(?:[\w.-]+\/){0,4}[\w.-]+\.(?:md|markdown)$/i.test(file) &&
      !/(?:^|\/)\.\.?(?:\/|$)/.test(file.replace(/^\.\//, ''))
    const name = file.replace(/^\.\//, '')
    if (
      !isDocument ||
      !part.test(name.split('/').at(-1) ?? '') ||
      reader.draft.companions.length >= limit ||
      !isNew(reader, 'companion', name)
    )
      continue
    reader.draft.companions.push({ source: at(line), rule: 'companion/file', file: name })
  }
}
