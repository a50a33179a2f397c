/** Documents that hold much of one thing, of any size: what is slower than linear in anything shows on one of them. */

/** The text that repeats `part` until it has almost so many bytes of UTF-8. */
export function fill(size: number, head: string, part: (index: number) => string): string {
  const parts = [head]
  let length = Buffer.byteLength(head)
  for (let index = 0; ; index++) {
    const next = part(index)
    length += Buffer.byteLength(next)
    if (length > size) return parts.join('')
    parts.push(next)
  }
}

/** Lines of about so many bytes that repeat `part`. */
function longLines(size: number, length: number, part: (index: number) => string, head = ''): string {
  return fill(size, head, (index) => `${fill(length, '', (at) => part(index * length + at))}\n\n`)
}

/** Paragraphs with as many marks as one may have, `part` by `part`. */
function marked(size: number, part: (index: number) => string): string {
  const marks = part(0).replace(/[^*_~[\]`<]/g, '').length
  return longLines(size, Math.min(lineLength, Math.floor(markLimit / marks) * part(0).length), part)
}

const criteria = '## Phase 1: Pilot\n**Success criteria:**\n\n'
const lineLength = 3_900
const markLimit = 990

/** By name; each takes a size in characters. */
export const documentShapes: Record<string, (size: number) => string> = {
  headings: (size) => fill(size, '', (n) => `${'#'.repeat((n % 5) + 1)} Section ${n}\n\nSome words.\n\n`),
  phases: (size) => fill(size, '', (n) => `## Phase ${n}: part${n} (${n % 100}%)\n\n- Errors < ${n % 90}%\n\n`),
  'phases restated': (size) =>
    fill(size, '', (n) => `## Phase ${n % 50}: part${n % 50}\n**Timing:** Week ${n % 9}\n\n`),
  'timeline table': (size) =>
    fill(
      size,
      '## Phase 1: Pilot\n\n## Timeline\n| Phase | Day | Status |\n|---|---|---|\n',
      (n) => `| part${n} | ${n} | Done |\n`,
    ),
  'ladder table': (size) =>
    fill(size, '| Stage | % | Duration |\n|---|---|---|\n', (n) => `| Ring r${n} words of it | ${n % 100}% | 2 h |\n`),
  'ladder in a phase': (size) =>
    fill(
      size,
      '## Phase 1: All\n\n| Day | % | Owner |\n|---|---|---|\n',
      (n) => `| ${n} | ${n % 100}.${n} | Team ${n} |\n`,
    ),
  'thresholds table': (size) =>
    fill(
      size,
      `${criteria}| Metric | Target | Rollback |\n|---|---|---|\n`,
      (n) => `| metric m${n} | < ${n % 50}% | > ${(n % 50) + 1}% |\n`,
    ),
  'risks table': (size) =>
    fill(size, '| Risk | Impact | Mitigation |\n|---|---|---|\n', (n) => `| Thing ${n} fails | High | Do ${n} |\n`),
  'wide table': (size) =>
    `|${fill(size / 3, '', (n) => ` c${n} |`)}\n|${fill(size / 3, '', () => '---|')}\n|${fill(size / 3, '', (n) => ` ${n} |`)}\n`,
  'table that begins with a bracket': (size) => fill(size, '[a | b\n--|--\n', (n) => `${n} | [x\n`),
  list: (size) => fill(size, '', (n) => `- item ${n} of the list\n`),
  'list of several lines': (size) => fill(size, '', (n) => `- item ${n}\n  goes on\n\n  and on\n`),
  'nested lists': (size) => fill(size, '', (n) => `${'  '.repeat(n % 20)}- item ${n}\n`),
  'steps with details': (size) =>
    fill(
      size,
      '## Phase 1: Pilot\n**Steps:**\n',
      (n) => `${n + 1}. Step ${n}\n   - detail\n     - Day ${n}: ${n % 100}%\n`,
    ),
  checklist: (size) => fill(size, '## Checklist\n', (n) => `- [${n % 2 ? 'x' : ' '}] task number ${n}\n`),
  checklists: (size) => fill(size, '', (n) => `- Part ${n}:\n  - [ ] task ${n}\n`),
  'checklists under headings': (size) => fill(size, '', (n) => `## List ${n}\n- [x] task ${n}\n- ✅ other ${n}\n\n`),
  'ticks against a timeline': (size) =>
    fill(
      size,
      fill(size / 4, '| Phase | Status |\n|---|---|\n', (n) => `| Ring r${n} | Pending |\n`),
      (n) => `${n === 0 ? '\n## Checklist\n' : ''}- [x] Ring r${n}\n`,
    ),
  criteria: (size) => fill(size, criteria, (n) => `- metric m${n} < ${n % 50}% for ${n % 60} minutes\n`),
  'criteria and triggers of one metric': (size) =>
    fill(
      size,
      `${criteria}${fill(size / 2, '', () => '- Errors < 1%\n')}\n## Rollback triggers\n`,
      () => '- Errors > 1%\n',
    ),
  triggers: (size) => fill(size, '## Rollback triggers\n', (n) => `- metric m${n} > ${n}% → roll back\n`),
  'impossible shares': (size) => fill(size, '## Phase 1: All\n', (n) => `- Day ${n}: ${n + 101}% traffic\n`),
  'unreadable thresholds': (size) => fill(size, criteria, (n) => `- metric ${n} < TBD\n`),
  'thresholds in a line': (size) => longLines(size, lineLength, (n) => `m${n} < ${n % 9}%, `, criteria),
  'thresholds without separators': (size) => longLines(size, lineLength, (n) => `< ${n % 9}% `, `${criteria}- a `),
  labels: (size) => fill(size, '## Phase 1: Pilot\n', (n) => `**Label ${n}:** value ${n}\n\n`),
  owners: (size) => fill(size, '', (n) => `**Owner:** Person p${n}, Team t${n}\n\n`),
  'tickets and flags': (size) => fill(size, '## Flags\n', (n) => `- SHOP-${n} flag \`shop.f${n}\`\n`),
  rollback: (size) => fill(size, '## Rollback plan\n', (n) => `${n + 1}. Undo ${n} within ${n} minutes\n`),
  risks: (size) => fill(size, '## Risks\n### High\n', (n) => `- Thing ${n} fails\n**Mitigation:** watch it\n`),
  signatures: (size) => fill(size, '', (n) => `**Lead ${n} signature:** ✅ APPROVED\n\n`),
  'code fences': (size) => fill(size, '', (n) => `\`\`\`bash\nrun ${n}\n\`\`\`\n\n`),
  settings: (size) => fill(size, '```env\n', (n) => `FEATURE_F${n}=on\n`),
  'steps of code': (size) => fill(size, '## Rollback\n### Undo\n', (n) => `\`\`\`bash\nundo ${n}\n\`\`\`\n`),
  prose: (size) => fill(size, '', (n) => `Sentence number ${n} says nothing of use${n % 8 === 7 ? '\n\n' : '\n'}`),
  'one paragraph': (size) => fill(size, '', (n) => `Sentence number ${n} says nothing of use\n`),
  'emphasis that opens': (size) => marked(size, () => '*a **b '),
  'emphasis that closes': (size) => marked(size, () => 'a* b** '),
  'emphasis of both kinds': (size) => marked(size, () => '*a_ '),
  brackets: (size) => marked(size, () => '[a '),
  'closing brackets': (size) => marked(size, () => '[a] b] '),
  'unclosed tags': (size) => marked(size, () => '<a '),
  'processing instructions': (size) => marked(size, () => '<?a '),
  declarations: (size) => marked(size, () => '<!A '),
  'nested brackets': (size) => marked(size, () => '['),
  'nested links': (size) => marked(size, () => '[a](b) [c '),
  images: (size) => marked(size, () => '![a '),
  'escaped brackets': (size) => marked(size, () => '\\\\\\[a '),
  'struck out': (size) => marked(size, () => '~~a ~~ b'),
  'cells of marks': (size) => fill(size, '| a |\n|---|\n', () => `| ${'*a '.repeat(1_000)} |\n`),
  'cells of brackets': (size) => fill(size, '| a |\n|---|\n', () => `| ${'[a '.repeat(1_000)}] |\n`),
  links: (size) => marked(size, () => '[a](b '),
  'code spans': (size) => longLines(size, lineLength / 2, (n) => `${'`'.repeat((n % 20) + 1)}a${' word'.repeat(4)} `),
  tags: (size) => marked(size, () => '<a b="'),
  comments: (size) => marked(size, () => '<!-- a '),
  'lines of comments': (size) => fill(size, '', () => '<!-- a\n\n'),
  addresses: (size) => longLines(size, lineLength, (n) => `https://a.example/browse/SHOP-${n} `),
  'mail addresses': (size) => longLines(size, lineLength, () => 'a.b@c.d-'),
  definitions: (size) => fill(size, '', (n) => `[label${n}]: http://a.example/${n}\n\nSee [label${n}].\n\n`),
  footnotes: (size) => fill(size, '', (n) => `a[^${n}]\n\n[^${n}]: text\n\n`),
  references: (size) => longLines(size, lineLength, () => '&ge;&#8805;&nosuch;'),
  backslashes: (size) => longLines(size, lineLength, () => '\\\\\\['),
  quotes: (size) => fill(size, '', (n) => `${'> '.repeat(n % 9)}quoted ${n}\n`),
  marks: (size) => longLines(size, lineLength, () => '- '),
  'table marks': (size) => longLines(size, lineLength, () => '|'),
  rules: (size) => fill(size, '', () => '---\n\n'),
  'table rules': (size) => longLines(size, lineLength, () => '|-:', 'a\n'),
  spaces: (size) => longLines(size, lineLength, () => 'a          '),
  'only spaces': (size) => fill(size, '', () => `a${' '.repeat(lineLength)}b\n`),
  digits: (size) => longLines(size, lineLength, () => '1', criteria),
  'numbers in groups': (size) => longLines(size, lineLength, () => '1,000', criteria),
  'percent signs': (size) => longLines(size, lineLength, () => '1% - ', criteria),
  arrows: (size) => longLines(size, lineLength, (n) => `${n % 100}% → `, '## Phase 1: All\n'),
  'dashes apart': (size) => longLines(size, lineLength, () => ' -', `${criteria}- a`),
  'dashes apart and an end': (size) => fill(size, criteria, () => `- a${' -'.repeat(lineLength / 2)} b < 1%\n`),
  'runs of marks and an end': (size) =>
    fill(size, '## Phase 1: All\n', () => `- ${':.;'.repeat(lineLength / 3)}b: 5%\n`),
  dashes: (size) => longLines(size, lineLength, () => 'a-', criteria),
  commas: (size) => longLines(size, lineLength, () => 'a,', '**Owner:** '),
  parentheses: (size) => longLines(size, lineLength, () => '(', criteria),
  'pairs of parentheses': (size) => longLines(size, lineLength, () => '(a) ', '## Phase 1: '),
  comparisons: (size) => longLines(size, lineLength, () => '<', criteria),
  colons: (size) => longLines(size, lineLength, () => 'a: ', '## Phase 1: All\n- '),
  'keys and values': (size) => longLines(size, lineLength, () => 'token="a" ', ''),
  'names with underscores': (size) => fill(size, '## Flags\n', () => `- flag \`${'a_'.repeat(lineLength / 2)}!\` \n`),
  'words with underscores': (size) => fill(size, '', () => `- ${'a_b'.repeat(lineLength / 3)}!\n`),
  'flags with underscores': (size) =>
    fill(size, '| Flag | State |\n|---|---|\n', () => `| \`${'aA'.repeat(lineLength / 2)}!\` | on |\n`),
  'stops in a ladder': (size) =>
    fill(size, '## Phase 1: All\n', () => `- 5% → 10%${'.;'.repeat(lineLength / 2)}a → 50%\n`),
  'letters of an audience': (size) => fill(size, '## Communication\n', () => `- mail to ${'a'.repeat(lineLength)}\n`),
  'arrows in parentheses': (size) => longLines(size, lineLength, () => '(→', criteria),
  secrets: (size) => fill(size, '```env\n', (n) => `API_KEY=s3cret${n}\n`),
  'links of secrets': (size) => fill(size, '', (n) => `- See https://a:pass${n}@b.example/?token=abcdefgh${n}\n`),
  credentials: (size) => longLines(size, lineLength, () => 'a://b:c', ''),
  underscores: (size) => longLines(size, lineLength, () => '_'),
  'empty lines': (size) => fill(size, '', () => '\n'),
  'broken encoding': (size) => fill(size, '', () => 'Score â‰¥ 90 â€” ready âœ…\n\n'),
  letters: (size) => longLines(size, lineLength, () => 'é'),
  pictures: (size) => longLines(size, lineLength, () => '✅'),
}
