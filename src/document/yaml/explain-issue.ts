/** Schema issues in plain words, with the nearest known key for one that is misspelt and the accepted values for one that is wrong. */
import { z } from 'zod'

export interface ExplainedIssue {
  path: PropertyKey[]
  message: string
  hint?: string
}

type Issue = z.core.$ZodIssue
type JsonSchema = z.core.JSONSchema.JSONSchema

/** More unknown keys of one map than these say nothing new. */
const keyLimit = 20

/** One finding a fault; an unknown key points at itself. Values are never repeated, for they may be secret. */
export function explainIssue(issue: Issue, schema: z.ZodType): ExplainedIssue[] {
  const path = [...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, keyLimit).map((key) => explainKey(key, path, schema))
  if (issue.code === 'invalid_union') return explainUnion(issue, schema)
  return [{ path, ...explainValue(issue, nameOf(path)) }]
}

function explainKey(key: string, path: PropertyKey[], schema: z.ZodType): ExplainedIssue {
  const known = [...new Set(shapesAt(schema, path).flatMap((shape) => Object.keys(shape.properties ?? {})))]
  // Of several forms, another one has it.
  if (known.includes(key)) return { path: [...path, key], message: `\`${key}\` does not go with the other keys there` }
  const near = nearest(key, known)
  const message = `unknown key \`${key}\`${near ? `, did you mean \`${near}\`?` : ''}`
  // "Error rate: too high" is text to its author and a map to YAML.
  const quotes = /\s/.test(key) ? 'put text that holds a colon in quotes; ' : ''
  const hint = near || known.length === 0 ? {} : { hint: `${quotes}known here: ${list(known)}` }
  return { path: [...path, key], message, ...hint }
}

/** Of several forms, the one that is of the kind of the value, or whose keys are there, is explained; else the forms are listed. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, schema: z.ZodType): ExplainedIssue[] {
  const path = [...issue.path]
  const ofKind = issue.errors.filter(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  const known = issue.errors.filter((errors) =>
    errors.every((error) => error.code !== 'unrecognized_keys' && !isMissing(error)),
  )
  const meant = onlyOne(ofKind) ?? onlyOne(known.filter((errors) => errors.some((error) => error.path.length > 0)))
  if (meant) return meant.flatMap((error) => explainIssue({ ...error, path: [...path, ...error.path] }, schema))
  const shapes = shapesAt(schema, path)
  const discriminator =
    'discriminator' in issue && typeof issue.discriminator === 'string' ? issue.discriminator : undefined
  if (discriminator !== undefined) {
    const values = shapesAt(schema, path.at(-1) === discriminator ? path : [...path, discriminator]).flatMap(valuesOf)
    return [{ path, message: `\`${discriminator}\` must be one of ${list(values)}` }]
  }
  const forms = [
    ...new Set(
      shapes.map((shape) =>
        (shape.required ?? Object.keys(shape.properties ?? {})).map((key) => `\`${key}\``).join(' with '),
      ),
    ),
  ].filter(Boolean)
  const values = shapes.flatMap(valuesOf)
  const accepted =
    forms.length > 0
      ? `must have one of these forms: ${forms.join('; ')}`
      : values.length > 0
        ? `must be one of ${list(values)}`
        : 'has the wrong form'
  return [{ path, message: `${nameOf(path)} ${accepted}` }]
}

function onlyOne<T>([first, ...more]: readonly T[]): T | undefined {
  return more.length === 0 ? first : undefined
}

function explainValue(issue: Issue, name: string): { message: string; hint?: string } {
  if (isMissing(issue)) return { message: `${name} is missing`, hint: `it has to be ${expectation(issue)}` }
  if (issue.code === 'too_small' && issue.input === '') return { message: `${name} is empty` }
  if (issue.code === 'invalid_type' && (issue.expected === 'array' || issue.expected === 'tuple') && issue.input !== '')
    return { message: `${name} must be a list, not ${kindOf(issue.input)}`, hint: 'begin each entry with "- "' }
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value')
    return { message: `${name} must be ${expectation(issue)}, not ${kindOf(issue.input)}` }
  if (issue.code === 'too_small')
    return {
      message: `${name} needs ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`,
    }
  if (issue.code === 'too_big')
    return {
      message: `${name} takes ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`,
    }
  return {
    message: /^(?:Invalid|Unrecognized|Too )/.test(issue.message)
      ? `${name}: ${issue.message}`
      : `${name} must be ${issue.message}`,
  }
}

function isMissing(issue: Issue): boolean {
  return (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined
}

const typeNames: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value')
    return issue.values.length === 1 ? String(issue.values[0]) : `one of ${list(issue.values.map(String))}`
  return issue.code === 'invalid_type' ? (typeNames[issue.expected] ?? issue.expected) : 'given'
}

function kindOf(input: unknown): string {
  if (input === null || input === '') return 'empty'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'a map'
  return typeof input === 'string' ? 'this text' : typeof input === 'number' ? 'this number' : typeof input
}

function unitOf(origin: string): string {
  return origin === 'array' || origin === 'tuple' || origin === 'set'
    ? ' entries'
    : origin === 'string'
      ? ' characters'
      : ''
}

function nameOf(path: readonly PropertyKey[]): string {
  const name = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : String(step)))
    .join('.')
    .replaceAll('.[', '[')
  return name === '' ? 'the file' : `\`${name}\``
}

/** The JSON schemas that may stand at a path, unions taken apart. */
function shapesAt(schema: z.ZodType, path: readonly PropertyKey[]): JsonSchema[] {
  const root = jsonSchemaOf(schema)
  return path.reduce(
    (shapes: JsonSchema[], step) => shapes.flatMap((shape) => childrenOf(root, shape, step)),
    variantsOf(root, root),
  )
}

/** A file may hold many faults, and its schema is large. */
const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>()

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known =
    jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' })
  jsonSchemas.set(schema, known)
  return known
}

function childrenOf(root: JsonSchema, shape: JsonSchema, step: PropertyKey): JsonSchema[] {
  const own =
    typeof step === 'string' && shape.properties && Object.hasOwn(shape.properties, step)
      ? shape.properties[step]
      : undefined
  const inList = Array.isArray(shape.items) ? shape.items : [shape.items]
  const children =
    typeof step === 'number' ? [...(shape.prefixItems ?? []), ...inList] : [own ?? shape.additionalProperties]
  return children.flatMap((child) => (typeof child === 'object' ? variantsOf(root, child) : []))
}

/** Unions taken apart, and names of definitions replaced by what they name. */
function variantsOf(root: JsonSchema, shape: JsonSchema): JsonSchema[] {
  const named = root.$defs?.[/^#\/\$defs\/(.+)$/.exec(shape.$ref ?? '')?.[1] ?? '']
  const variants = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? []), ...(named ? [named] : [])]
  return variants.length === 0
    ? [shape]
    : variants.flatMap((variant) => (typeof variant === 'object' ? variantsOf(root, variant) : []))
}

function valuesOf(shape: JsonSchema): string[] {
  return (shape.enum ?? (shape.const === undefined ? [] : [shape.const])).map(String)
}

function list(names: string[]): string {
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ')
}

/** The known name at most two edits away, and nearer than half its length. */
function nearest(name: string, known: string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= 2 && best.edits * 2 < best.candidate.length ? best.candidate : undefined
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1)
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 3
}
