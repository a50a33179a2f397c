/** One case of the fuzzer: a seed stands for a text and for what reads it. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { mutateDocument } from './mutate-document.ts'
import { mutateYaml } from './mutate-yaml.ts'
import { Random } from './random.ts'

export interface FuzzCase {
  seed: number
  kind: 'document' | 'bindings' | 'operator'
  text: string
}

export interface Sources {
  documents: string[]
  bindings: string[]
  operators: string[]
}

const root = resolve(import.meta.dirname, '../..')
const yamlShare = 0.1

/** Our own plans and, where they are, the labelled ones beside the repository (`corpus`), which no seed of a test may depend on. */
export function loadSources(withCorpus: boolean): Sources {
  const read = (folder: string, pattern: string): string[] =>
    globSync(pattern, { cwd: folder })
      .sort()
      .map((path) => readFileSync(join(folder, path), 'utf8'))
  const corpus = join(resolve(process.env.TIDEGATE_SHARED ?? join(root, '../shared')), 'corpus/texts')
  const sources = {
    documents: [
      ...read(root, 'test/golden/plans/*.md'),
      ...read(root, 'examples/*/*.md'),
      ...(withCorpus ? read(corpus, '*.md') : []),
    ],
    bindings: read(root, 'examples/*/tidegate.yaml'),
    operators: read(root, 'examples/*/operator.yaml'),
  }
  for (const [name, texts] of Object.entries(sources))
    if (texts.length === 0) throw new Error(`no ${name} to start from`)
  return sources
}

export function fuzzCase(seed: number, sources: Sources): FuzzCase {
  const random = new Random(seed)
  const kind = random.chance(yamlShare) ? random.pick(['bindings', 'operator'] as const) : 'document'
  if (kind === 'document') return { seed, kind, text: mutateDocument(sources.documents, random) }
  return { seed, kind, text: mutateYaml(kind === 'bindings' ? sources.bindings : sources.operators, random) }
}
