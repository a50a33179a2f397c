/** What editors are told of our YAML files is what the program reads, and our own files hold to it. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { anyDraft } from '../../test/fixtures/any-draft.ts'
import { projectFiles } from '../../test/tidy/project-files.ts'
import { importMarkdown } from './import-markdown.ts'
import { writePlanYaml } from './plan-yaml/write-plan-yaml.ts'
import { type SchemaName, schemaNames, schemaText } from './published-schemas.ts'

const root = join(import.meta.dirname, '../..')
const schemaFile = (name: SchemaName): string => join(root, 'schemas', `${name}.schema.json`)

/** An independent validator over the file as it is checked in. Gives what is wrong with a YAML text. */
function faultsBy(name: SchemaName): (yaml: string) => unknown {
  // A date has its pattern as well.
  const formats = { date: true as const }
  const validate = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false, formats }).compile(
    JSON.parse(readFileSync(schemaFile(name), 'utf8')),
  )
  return (yaml) =>
    validate(parse(yaml)) ? [] : validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`)
}

it.each(schemaNames)('schemas/%s.schema.json is what `npm run schemas` writes', (name) => {
  expect(readFileSync(schemaFile(name), 'utf8')).toBe(schemaText(name))
})

describe('YAML files of the examples', () => {
  const files = projectFiles('examples/**/*.yaml')

  it.each(files)('%s names its schema and holds to it', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? []
    const name = schemaNames.find((one) => resolve(root, file, '..', path) === schemaFile(one))
    expect(name, path).toBeDefined()
    expect(faultsBy(name ?? 'plan')(text)).toEqual([])
  })
})

describe('plan.schema.json', () => {
  const faults = faultsBy('plan')

  it('accepts what is written from Markdown', () => {
    for (const file of [...projectFiles('test/golden/plans/*.md'), 'examples/classmatefinder/ROLLOUT.md']) {
      const { draft } = importMarkdown(readFileSync(join(root, file), 'utf8'), file)
      expect(faults(writePlanYaml(draft, { from: file, schema: 'plan.schema.json' })), file).toEqual([])
    }
  })

  it('accepts whatever is written', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        expect(faults(writePlanYaml(draft, { from: 'a.md', schema: 'plan.schema.json' }))).toEqual([])
      }),
      { seed: 20_260_103, numRuns: 60 },
    )
  })

  it.each([
    ['another version', 'tidegate: 2\ntitle: A\n'],
    ['a misspelt key', 'tidegate: 1\ntitle: A\nphase: []\n'],
    ['a phase without a name', 'tidegate: 1\ntitle: A\nphases: [{ traffic: 10% }]\n'],
    ['an unknown role', 'tidegate: 1\ntitle: A\nowners: [{ name: B, role: boss }]\n'],
    ['a duration without unit', 'tidegate: 1\ntitle: A\nrollback: { within: 10 }\n'],
  ])('refuses %s', (_, text) => {
    expect(faults(text)).not.toEqual([])
  })
})

describe('flags.schema.json', () => {
  const faults = faultsBy('flags')
  const page = readFileSync(join(root, 'docs/flags.md'), 'utf8')
  const [, example = ''] = /^```yaml\n([^`]*tidegateFlags: 1[^`]*)```$/m.exec(page) ?? []

  it('accepts the example of docs/flags.md', () => expect([example.length > 500, faults(example)]).toEqual([true, []]))

  it.each([
    ['a misspelt key', 'owner:', 'ownr:'],
    ['a share that is text', 'share: 2.5', 'share: few'],
    ['a state that is none', '{ share: 100 }', '{ state: maybe }'],
    ['a test that is none', 'equals:', 'is:'],
  ])('refuses %s', (_, right, wrong) => expect(faults(example.replace(right, wrong))).not.toEqual([]))
})
