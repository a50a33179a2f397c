/** `npm run schemas`: writes the published JSON schemas anew; a test compares them with the code. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaNames, schemaText } from '../src/document/published-schemas.ts'

const folder = join(import.meta.dirname, '..', 'schemas')
mkdirSync(folder, { recursive: true })
for (const name of schemaNames) {
  const file = join(folder, `${name}.schema.json`)
  writeFileSync(file, schemaText(name))
  process.stdout.write(`schemas/${name}.schema.json\n`)
}
