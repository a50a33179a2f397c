/** Imports a folder of plans and writes what was read as facts, for the corpus scorer: `node scripts/facts.ts --texts DIR --out DIR`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { corpusFacts } from '../src/document/facts.ts'
import { importMarkdown } from '../src/document/import-markdown.ts'

const usage = 'usage: node scripts/facts.ts --texts DIR --out DIR'

function main(): number {
  const { texts, out } = parseArgs({ options: { texts: { type: 'string' }, out: { type: 'string' } } }).values
  if (!texts || !out) throw new Error('--texts and --out are both needed')
  const names = readdirSync(texts)
    .filter((name) => name.endsWith('.md'))
    .sort()
  if (names.length === 0) throw new Error(`${texts} holds no .md file`)
  mkdirSync(out, { recursive: true })
  for (const name of names) {
    const result = importMarkdown(readFileSync(join(texts, name), 'utf8'), name)
    const facts = corpusFacts(result)
    writeFileSync(join(out, `${basename(name, '.md')}.json`), `${JSON.stringify(facts, undefined, 1)}\n`)
    const counts = `${facts.stages.length} stages, ${facts.criteria.length} criteria, ${facts.triggers.length} triggers, ${facts.lints.length} lints`
    console.log(`${name}: ${counts}, ${result.draft.unread?.length ?? 0} lines without a fact`)
  }
  return 0
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 2
}
