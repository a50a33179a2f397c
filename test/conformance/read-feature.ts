/** Reads as much of Gherkin as flagd's test bed uses: backgrounds, scenarios, outlines with several tables, tags. */

export interface Scenario {
  name: string
  tags: string[]
  steps: Step[]
}

export interface Step {
  /** Without its keyword. */
  text: string
  table: string[][]
}

interface Draft extends Scenario {
  examples: { tags: string[]; rows: string[][] }[]
}

export function readFeature(text: string): Scenario[] {
  const drafts: Draft[] = []
  const background: Step[] = []
  let [featureTags, tags]: [string[], string[]] = [[], []]
  let steps = background
  let draft: Draft | undefined
  let rows: string[][] | undefined
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, keyword = '', rest = ''] =
      /^(Feature|Background|Scenario Outline|Scenario|Examples|Given|When|Then|And|But):? ?(.*)$/.exec(line) ?? []
    if (line.startsWith('@')) tags = [...tags, ...line.split(/\s+/)]
    else if (line.startsWith('|')) rows?.push(cellsOf(line))
    else if (keyword === 'Feature') [featureTags, tags] = [tags, []]
    else if (keyword.startsWith('Scenario')) {
      draft = { name: rest, tags: [...featureTags, ...tags], steps: [], examples: [] }
      drafts.push(draft)
      steps = draft.steps
      tags = []
    } else if (keyword === 'Examples') {
      rows = []
      draft?.examples.push({ tags, rows })
      tags = []
    } else if (keyword !== '' && keyword !== 'Background') {
      rows = []
      steps.push({ text: rest, table: rows })
    }
  }
  return drafts.flatMap((each) => instances(each, background))
}

function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1)
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('\\"', '"'))
}

function instances({ name, tags, steps, examples }: Draft, background: readonly Step[]): Scenario[] {
  const all = [...background, ...steps]
  if (examples.length === 0) return [{ name, tags, steps: all }]
  return examples.flatMap(({ tags: own, rows: [header = [], ...rows] }) =>
    rows.map((row) => ({
      name: `${name} (${row.join(', ').slice(0, 80)})`,
      tags: [...tags, ...own],
      steps: all.map((step) => ({ ...step, text: filled(step.text, header, row) })),
    })),
  )
}

function filled(text: string, header: readonly string[], row: readonly string[]): string {
  return header.reduce((now, name, at) => now.replaceAll(`<${name}>`, row[at] ?? ''), text)
}
