/** People who answer: those that the document names where the operator lends none, and a stand-in for every role that nobody could speak for. */
import type { UnfinishedBindings } from '../../bindings.ts'
import type { SourceRange } from '../../diagnostic.ts'
import type { PlanDraft } from '../../draft.ts'
import { nameKey, slugOf } from '../names.ts'
import { proposePeople } from '../propose/propose-people.ts'
import type { Imagination } from './imagination.ts'
import { startOf, type Weakness } from './weakness.ts'

/** Names taken from one document; more people than that say nothing new to a rehearsal. */
const maximumPeople = 40
const someone = 'Release Manager'

/** Everybody whom the document names to own, lead, decide or approve: each name is a person and the group that is asked for. */
export function imaginePeople(world: Imagination): void {
  if (Object.keys(world.operator.people).length > 0) return
  const { owners, approvals } = world.draft
  const named = [
    ...owners.flatMap(({ name, role }) => (role === 'contributor' ? [] : [name])),
    ...approvals.flatMap(({ by }) => (by === undefined ? [] : [by])),
  ]
  const names = new Map(named.toReversed().map((name) => [nameKey(name), name]))
  names.delete('')
  for (const name of [...names.values()].reverse().slice(0, maximumPeople))
    lendPerson(world, name, [name], 'the document names them')
}

/** Who is asked and who wrote the plan, as `tidegate bind` would propose it; with nobody named, somebody has to be supposed. */
export function imagineAsks(world: Imagination): Weakness[] {
  const found = proposePeople(world.proposeInput)
  const author = found.find(({ path }) => path[0] === 'author')
  if (author?.state === 'proposed') {
    const value = String(author.value)
    world.bind({ author: value }, author.path, value, author.reason ?? '')
  }
  const asked = found.find(({ path }) => path[0] === 'asks')
  if (!asked || asked.state === 'bound') return []
  if (asked.state !== 'unbound') {
    const value = String(asked.value)
    world.bind({ asks: value }, ['asks'], value, asked.reason ?? '')
    return []
  }
  world.bind({ asks: someone }, ['asks'], someone, 'somebody has to be asked, and nobody is named')
  return [
    {
      code: 'NOBODY_CAN_OPEN',
      source: startOf(world.draft),
      message: 'nobody is named who signs what nothing measures, or is asked where it is undecided',
      hint: 'name an owner or an approver in the document, or bind `asks`',
    },
  ]
}

/** A stand-in for each role of the bindings whose only holder is the plan's author, or that nobody holds. */
export function imagineHolders(world: Imagination): Weakness[] {
  const { author } = world.bindings
  if (author !== undefined && !world.hasOperator && !Object.hasOwn(world.operator.people, author))
    world.lend('people', author, { name: author, groups: ['Author'], demo: true }, 'the bindings name them')
  const weaknesses: Weakness[] = []
  for (const [role, { source, signers }] of rolesOf(world.draft, world.bindings)) {
    const holders = Object.entries(world.operator.people).filter(([, { groups }]) => groups.includes(role))
    const able = holders.filter(([id]) => id !== author).length
    if (able >= signers) continue
    const reason =
      able > 0
        ? `${signers} people of "${role}" have to sign, and it has ${able}`
        : holders.length > 0
          ? `only the plan's author is in "${role}"`
          : `nobody is in "${role}"`
    for (let missing = signers - able; missing > 0; missing--) lendPerson(world, role, [role], reason)
    if (holders.length === 0 && !world.hasOperator) continue
    if (weaknesses.some(({ message }) => message.startsWith(reason))) continue
    weaknesses.push({
      code: 'NOBODY_CAN_OPEN',
      source,
      message: `${reason}, so nobody can open what it is asked for`,
      hint: 'add somebody to the group in the operator file, or name another group',
    })
  }
  return weaknesses
}

function lendPerson(world: Imagination, name: string, groups: string[], reason: string): void {
  world.lend('people', world.freeName('people', slugOf(name)), { name, groups, demo: true }, reason)
}

interface Need {
  source: SourceRange
  /** How many of its people have to sign for one thing. */
  signers: number
}

/** Every role that these bindings ask for, and the lines of the document where it is needed first. */
function rolesOf(draft: PlanDraft, bindings: UnfinishedBindings): Map<string, Need> {
  const roles = new Map<string, Need>()
  const places = new Map<string, SourceRange>()
  for (const { text, source } of statementsOf(draft)) if (!places.has(nameKey(text))) places.set(nameKey(text), source)
  const add = (role: string | undefined, says?: string, signers = 1) => {
    if (role === undefined) return
    const source = (says === undefined ? undefined : places.get(nameKey(says))) ?? startOf(draft)
    const known = roles.get(role)
    roles.set(role, { source: known?.source ?? source, signers: Math.max(known?.signers ?? 0, signers) })
  }
  for (const { steps } of Object.values(bindings.phases ?? {}))
    for (const [says, step] of Object.entries(steps)) {
      if ('confirm' in step) add(step.confirm, says)
      if ('notify' in step) for (const role of step.notify) add(role, says)
      if ('migrate' in step) add(step.migrate.irreversible?.acceptedBy, says)
    }
  for (const [says, one] of Object.entries({
    ...bindings.criteria,
    ...bindings.checklists,
    ...bindings.dependencies,
  })) {
    if ('signOff' in one) add(one.signOff, says, one.count)
    if ('goNoGo' in one) add(one.goNoGo, says, one.quorum)
    if ('dependency' in one) add(one.dependency, says)
    if ('deadline' in one) add(one.deadline?.escalateTo, says)
  }
  for (const [says, one] of Object.entries(bindings.triggers ?? {})) if ('reportedBy' in one) add(one.reportedBy, says)
  for (const [says, one] of Object.entries(bindings.rollback?.steps ?? {})) if ('byHand' in one) add(one.byHand, says)
  add(bindings.asks)
  return roles
}

function statementsOf({
  phases,
  triggers = [],
  checklists,
  dependencies,
  rollback,
}: PlanDraft): { text: string; source: SourceRange }[] {
  return [
    ...phases.flatMap((phase) => [...phase.steps, ...phase.entryCriteria, ...phase.criteria, ...phase.triggers]),
    ...triggers,
    ...checklists.flatMap(({ title, source, items }) => [{ text: title, source }, ...items]),
    ...dependencies,
    ...rollback.steps,
  ]
}
