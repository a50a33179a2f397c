/** What one imagining shares: the document, bindings and operator as they fill up, and the list of what was not really there. */
import type { UnfinishedBindings } from '../../bindings.ts'
import type { SourceRange } from '../../diagnostic.ts'
import type { PlanDraft } from '../../draft.ts'
import type { Operator, Target } from '../../operator.ts'
import type { BindingsPath } from '../binder.ts'
import type { ProposeInput } from '../propose/proposal.ts'

/** Something that a rehearsal supposes because no file says it. */
export interface Imagined {
  /** The file that would say it. */
  in: 'document' | 'bindings' | 'operator'
  /** Keys of that file from its top; empty for the document. */
  path: BindingsPath
  /** What is supposed; absent where a person's word stands in, which binding gives by itself. */
  value?: unknown
  reason: string
  /** Lines of the document that need it. */
  source?: SourceRange
}

/** Proposals are written as a file has them, where a command without parameters has none. */
export function callOf<B extends object>(binding: B): B {
  return 'command' in binding && !('parameters' in binding) ? { ...binding, parameters: {} } : binding
}

/** Addresses that never lead anywhere: RFC 2606 keeps `.invalid` free. */
export const nowhere = (name: string): string => `http://${name}.invalid`

const nothingLent: Operator = {
  people: {},
  targets: {},
  metricSources: {},
  flagSources: {},
  flagBackends: {},
  checks: {},
  commands: {},
  channels: {},
  hooks: {},
}

type Section = 'people' | 'targets' | 'metricSources' | 'flagSources' | 'flagBackends' | 'checks' | 'commands' | 'hooks'

export class Imagination {
  readonly draft: PlanDraft
  /** As it was given. */
  readonly given: UnfinishedBindings
  readonly hasOperator: boolean
  bindings: UnfinishedBindings
  operator: Operator
  readonly imagined: Imagined[]

  constructor(draft: PlanDraft, given: UnfinishedBindings, operator: Operator | undefined, imagined: Imagined[]) {
    this.draft = draft
    this.given = given
    this.hasOperator = operator !== undefined
    this.bindings = given
    this.operator = operator ?? nothingLent
    this.imagined = imagined
  }

  /** What the proposals of `tidegate bind` start from; nothing outside is asked what it offers. */
  get proposeInput(): ProposeInput {
    const { draft, bindings, operator } = this
    return { draft, plan: draft.file, bindings, operator, offers: {}, flagOffers: {} }
  }

  bind(change: UnfinishedBindings, path: BindingsPath, value: unknown, reason: string, source?: SourceRange): void {
    this.bindings = { ...this.bindings, ...change }
    this.note({ in: 'bindings', path, value, reason, ...(source && { source }) })
  }

  note(imagined: Imagined): void {
    this.imagined.push(imagined)
  }

  /** Adds an entry to a section of the operator, under this name. */
  lend<S extends Section>(section: S, name: string, value: Operator[S][string], reason: string): void {
    this.operator = { ...this.operator, [section]: { ...this.operator[section], [name]: value } }
    this.note({ in: 'operator', path: [section, name], value, reason })
  }

  /** A name for an entry that is not there yet. */
  freeName(section: Section, name: string): string {
    let free = name
    for (let number = 2; Object.hasOwn(this.operator[section], free); number++) free = `${name}-${number}`
    return free
  }

  /** The target with these versions added where it has not got them; a target of another kind stays as it is. */
  lendTarget(name: string, kind: Target['driver'], versions: readonly string[], reason: string): void {
    const known = Object.hasOwn(this.operator.targets, name) ? this.operator.targets[name] : undefined
    if (known && known.driver !== kind) return
    const target = withVersions(known ?? emptyTarget(kind, name), versions)
    if (!known || namesOf(target).length > namesOf(known).length) this.lend('targets', name, target, reason)
  }
}

function emptyTarget(driver: Target['driver'], name: string): Target {
  return driver === 'process'
    ? { driver, mode: 'beside', versions: {} }
    : { driver, admin: nowhere(name), backends: {}, cohorts: {} }
}

export const namesOf = (target: Target): string[] =>
  Object.keys('versions' in target ? target.versions : target.backends)

function withVersions(target: Target, versions: readonly string[]): Target {
  const missing = versions.filter((version) => !namesOf(target).includes(version))
  if ('backends' in target) {
    const added = missing.map((version) => [version, nowhere('backend')])
    return { ...target, backends: { ...target.backends, ...Object.fromEntries(added) } }
  }
  const process = (version: string) => {
    return { argv: ['/imagined', version], env: {}, ready: nowhere('backend'), readyTimeout: 15_000 }
  }
  const added = missing.map((version) => [version, process(version)])
  return { ...target, versions: { ...target.versions, ...Object.fromEntries(added) } }
}
