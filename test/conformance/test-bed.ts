/** flagd's test bed: the scenarios for an evaluator, and those for providers that an evaluator alone can play. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { evaluateFlag, type FlagType, withType } from '../../src/core/flags/evaluate-flag.ts'
import { type FlagSet, readFlagSet } from '../../src/core/flags/read-flag-set.ts'
import type { Resolution } from '../../src/core/flags/resolution.ts'
import { readFeature, type Scenario, type Step } from './read-feature.ts'
import type { SuiteResult } from './suite-result.ts'

type Definitions = { flags: object; $evaluators?: object; metadata?: object }

interface World {
  file: string
  key: string
  type: string
  fallback: unknown
  context: Record<string, unknown>
  answer: Resolution | undefined
}

/** The old hash of flagd's `fractional`, an answer that was given up, and what a provider adds to the evaluator. */
const others = ['@fractional-v1', '@deprecated', '@caching', '@contextEnrichment']
const nextVersion = '@fractional-v3'

export function runTestBed(root: string): SuiteResult[] {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Definitions
  const evaluatorFlags = read(join(root, 'evaluator/flags/testkit-flags.json'))
  const providerFiles = new Map(globSync(join(root, 'flags/*.json')).map((path) => [basename(path), read(path)]))
  const providerFlags = [...providerFiles].filter(([name]) => !name.startsWith('selector')).map(([, file]) => file)
  const merged: Definitions = {
    flags: Object.assign({}, ...providerFlags.map(({ flags }) => flags)),
    $evaluators: Object.assign({}, ...providerFlags.map(({ $evaluators }) => $evaluators)),
  }
  const suite = (
    name: string,
    pattern: string,
    wanted: (tags: string[]) => boolean,
    files: Map<string, Definitions>,
  ) => {
    const features = globSync(join(root, pattern)).sort()
    const scenarios = features.flatMap((path) => readFeature(readFileSync(path, 'utf8')))
    return run(
      name,
      scenarios.filter(({ tags }) => wanted(tags)),
      files,
    )
  }
  const isNow = (tags: string[]) => !tags.some((tag) => [...others, nextVersion].includes(tag))
  const isNext = (tags: string[]) => tags.includes(nextVersion) && !tags.some((tag) => others.includes(tag))
  const next = { ...merged, metadata: { tidegateFractional: 3 } }
  return [
    suite('test bed, evaluator', 'evaluator/gherkin/*.feature', isNow, new Map([['', evaluatorFlags]])),
    suite('test bed, providers', 'gherkin/*.feature', isNow, new Map([...providerFiles, ['', merged]])),
    suite('test bed, next fractional', 'gherkin/*.feature', isNext, new Map([['', next]])),
  ]
}

function run(name: string, scenarios: readonly Scenario[], files: Map<string, Definitions>): SuiteResult {
  const result: SuiteResult = { name, passed: 0, failed: [], skipped: 0, isRequired: true }
  const sets = new Map([...files].map(([file, definitions]) => [file, setOf(definitions)]))
  for (const scenario of scenarios) {
    const failure = play(scenario, sets)
    if (failure === undefined) result.passed += 1
    else if (failure === 'unknown') result.skipped += 1
    else result.failed.push(`${scenario.name}: ${failure}`)
  }
  return result
}

/** Some flags of the test bed are wrong on purpose. */
function setOf(definitions: Definitions): FlagSet {
  const { set } = readFlagSet(JSON.stringify(definitions))
  if (set === undefined) throw new Error('the test bed has definitions that cannot be read at all')
  return set
}

/** What does not hold; `unknown` when a step is not for an evaluator. */
function play({ steps }: Scenario, sets: ReadonlyMap<string, FlagSet>): string | undefined {
  const world: World = { file: '', key: '', type: '', fallback: undefined, context: {}, answer: undefined }
  for (const step of steps) {
    const found = vocabulary.find(([pattern]) => pattern.test(step.text))
    if (found === undefined) return 'unknown'
    const [pattern, act] = found
    const [, ...words] = pattern.exec(step.text) ?? []
    const failure = act({ world, words, step, sets })
    if (failure !== undefined) return failure
  }
  return undefined
}

interface Acting {
  world: World
  words: string[]
  step: Step
  sets: ReadonlyMap<string, FlagSet>
}

const nothing = () => undefined

const vocabulary: readonly [RegExp, (acting: Acting) => string | undefined][] = [
  [/^an evaluator$|^a (?:stable|metadata) flagd provider$|^an option "cache"/, nothing],
  [
    /^an option "selector" of type "String" with value "(?:.*\/)?(.*)"$/,
    ({ world, words: [file = ''] }) => {
      world.file = file === 'allFlags.json' ? '' : file
      return undefined
    },
  ],
  [
    /^an? (\w+)-flag with key "(.*)" and a (?:fallback|default) value "(.*)"$/,
    ({ world, words: [type = '', key = '', fallback = ''] }) => {
      Object.assign(world, { type, key, fallback: typedValue(type, fallback) })
      return undefined
    },
  ],
  [
    /^a context containing a key "(.*)", with type "(.*)" and with value "(.*)"$/s,
    ({ world, words: [key = '', type = '', value = ''] }) => {
      world.context[key] = typedValue(type, value)
      return undefined
    },
  ],
  [
    /^a context containing a targeting key with value "(.*)"$/s,
    ({ world, words: [value] }) => {
      world.context.targetingKey = value
      return undefined
    },
  ],
  [
    /^a context containing a nested property with outer key "(.*)" and inner key "(.*)", with value "(.*)"$/s,
    ({ world, words: [outer = '', inner = '', value] }) => {
      world.context[outer] = { [inner]: value }
      return undefined
    },
  ],
  [
    /^the flag was evaluated with details$/,
    ({ world, sets }) => {
      const set = sets.get(world.file)
      if (set === undefined) return 'unknown'
      const answer = evaluateFlag(set, world.key, world.context, Math.floor(Date.now() / 1000))
      world.answer = withType(answer, world.key, jsType(world.type))
      return undefined
    },
  ],
  [
    /^the resolved details value should be "(.*)"$/s,
    ({ world, words: [value = ''] }) =>
      difference(world.answer?.value ?? world.fallback, typedValue(world.type, value)),
  ],
  [/^the reason should be "(.*)"$/, ({ world, words: [reason] }) => difference(world.answer?.reason, reason)],
  [/^the variant should be "(.*)"$/, ({ world, words: [variant] }) => difference(world.answer?.variant, variant)],
  [/^the error-code should be "(.*)"$/, ({ world, words: [code] }) => difference(world.answer?.errorCode ?? '', code)],
  [/^the resolved metadata is empty$/, ({ world }) => difference({ ...world.answer?.metadata }, {})],
  [
    /^the resolved metadata should contain$/,
    ({
      world,
      step: {
        table: [, ...rows],
      },
    }) => {
      const wanted = rows.map(([key = '', type = '', value = '']) => [key, typedValue(type, value)])
      return difference({ ...world.answer?.metadata }, Object.fromEntries(wanted))
    },
  ],
]

function difference(given: unknown, wanted: unknown): string | undefined {
  return isDeepStrictEqual(given, wanted) ? undefined : `${JSON.stringify(given)} instead of ${JSON.stringify(wanted)}`
}

function typedValue(type: string, text: string): unknown {
  const plain = text.replaceAll('\\"', '"')
  if (type === 'Boolean') return plain === 'true'
  if (type === 'Integer' || type === 'Float') return Number(plain)
  return type === 'Object' ? JSON.parse(plain) : plain
}

function jsType(type: string): FlagType {
  return type === 'Integer' || type === 'Float' ? 'number' : (type.toLowerCase() as FlagType)
}
