/** `sem_ver`: compares versions by https://semver.org, 2.0.0. `1` and `1.2` are taken for `1.0.0` and `1.2.0`, and a leading `v` is no matter. */
import { eager, type Operator } from './rule.ts'

interface Version {
  major: number
  minor: number
  patch: number
  /** Empty for a release, which is above all of its pre-releases. */
  preRelease: string[]
}

const number = '(0|[1-9]\\d{0,15})'
const identifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][a-zA-Z0-9-]*)'
const full = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*)?$`,
)
const partial = new RegExp(`^${number}(?:\\.${number})?$`)
const maximumLength = 256

/** `undefined` for what is no version. */
export function parseVersion(raw: unknown): Version | undefined {
  const text = String(raw).replace(/^[vV]/, '').trim()
  if (text.length > maximumLength) return undefined
  const [, major, minor, patch, preRelease] = full.exec(text) ?? partial.exec(text) ?? []
  if (major === undefined) return undefined
  const version = {
    major: Number(major),
    minor: Number(minor ?? 0),
    patch: Number(patch ?? 0),
    preRelease: preRelease?.split('.') ?? [],
  }
  return [version.major, version.minor, version.patch].every(Number.isSafeInteger) ? version : undefined
}

/** Below 0, 0 or above 0. */
function compare(a: Version, b: Version): number {
  const difference = a.major - b.major || a.minor - b.minor || a.patch - b.patch
  return difference || comparePreReleases(a.preRelease, b.preRelease)
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (const [at, mine] of a.entries()) {
    const theirs = b[at]
    if (theirs === undefined) return 1
    const difference = compareIdentifiers(mine, theirs)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumber && isOtherNumber) return Number(a) - Number(b)
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
  return a < b ? -1 : Number(a > b)
}

/** `~` asks for the same minor version, `^` for the same major one. */
const relations: Readonly<Record<string, (a: Version, b: Version) => boolean>> = {
  '=': (a, b) => compare(a, b) === 0,
  '!=': (a, b) => compare(a, b) !== 0,
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>=': (a, b) => compare(a, b) >= 0,
  '>': (a, b) => compare(a, b) > 0,
  '^': (a, b) => a.major === b.major,
  '~': (a, b) => a.major === b.major && a.minor === b.minor,
}

export const semVerRelations: readonly string[] = Object.keys(relations)

function answer(a: Version | undefined, relation: unknown, b: Version | undefined): boolean | null {
  const name = String(relation)
  if (a === undefined || b === undefined || !Object.hasOwn(relations, name)) return null
  return relations[name]?.(a, b) ?? null
}

/** The version in the definitions is read once. */
export const semVer: Operator = (operands, scope, compile) => {
  if (!Array.isArray(operands) || operands.length !== 3 || typeof operands[2] !== 'string')
    return eager((values) =>
      values.length === 3 ? answer(parseVersion(values[0]), values[1], parseVersion(values[2])) : null,
    )(operands, scope, compile)
  const known = parseVersion(operands[2])
  const [version, relation] = [compile(operands[0], scope), compile(operands[1], scope)]
  return (data, frame) => answer(parseVersion(version(data, frame)), relation(data, frame), known)
}
