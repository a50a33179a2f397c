/** Who is asked, who wrote the plan, who holds a part of it, and how long going back may take: people and promises of the document. */
import type { DraftPhase } from '../../draft.ts'
import type { Operator } from '../../operator.ts'
import { nameKey } from '../names.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle } from './proposal.ts'
import { sharedWords, wordsOf } from './words.ts'

export function proposePeople(input: ProposeInput): Finding[] {
  const { bindings, operator } = input
  const asks = {
    section: 'people' as const,
    path: ['asks'],
    says: 'who signs, and is asked where it is undecided',
    fill: { value: '…', hint: `one of: ${groupsOf(operator).join(', ')}` },
  }
  const author = {
    section: 'people' as const,
    path: ['author'],
    says: 'who wrote the plan, and may not sign it',
    fill: { value: '…', hint: `one of: ${Object.keys(operator.people).join(', ')}` },
    otherwise: 'nobody is kept from signing',
  }
  return [
    bindings.asks === undefined ? settle(asks, whoIsAsked(input)) : boundFinding(asks, bindings.asks),
    bindings.author === undefined ? settle(author, whoWrote(input)) : boundFinding(author, bindings.author),
    rollbackDeadline(input),
  ]
}

export const groupsOf = ({ people }: Operator): string[] => [
  ...new Set(Object.values(people).flatMap(({ groups }) => groups)),
]

/** Whether the text says the whole of a name: "On-call" stands in "page the on call" and not in "unsolicited calls". */
export const says = (text: string, name: string): boolean =>
  nameKey(name) !== '' && ` ${nameKey(text)} `.includes(` ${nameKey(name)} `)

/** The group that these words name: "Platform Team" is Platform, "Mara Lindqvist" is a person and stands for her first group. */
export function groupNamed(words: string, operator: Operator): string | undefined {
  const person = Object.values(operator.people).find(({ name }) => nameKey(name) === nameKey(words))
  const named = groupsOf(operator).filter((group) => says(words, group))
  return person?.groups[0] ?? named.sort((a, b) => b.length - a.length)[0]
}

/** The group of whoever the document names for a phase, by role. */
export function groupFor(
  phase: DraftPhase,
  roles: readonly ProposeInput['draft']['owners'][number]['role'][],
  { draft, operator }: ProposeInput,
): { group: string; name: string } | undefined {
  for (const { name, of, role } of draft.owners) {
    if (of === undefined || !roles.includes(role) || !meansPhase(of, phase)) continue
    const group = groupNamed(name, operator)
    if (group !== undefined) return { group, name }
  }
  return undefined
}

function meansPhase(of: string, { name, ordinal }: DraftPhase): boolean {
  if (nameKey(of) === nameKey(name)) return true
  return ordinal !== undefined && new RegExp(`^(?:phase|stage|step|wave|week|day)? ?${ordinal}$`).test(nameKey(of))
}

function whoIsAsked({ draft, bindings, operator }: ProposeInput): Proposal[] {
  const named = [
    ...draft.approvals.flatMap(({ by }) =>
      by === undefined ? [] : [{ name: by, confidence: 0.9, what: 'approves the plan' }],
    ),
    ...draft.owners.map(({ name, role, of }) => {
      const decides = role === 'approver' || role === 'gateOwner'
      const whole = of === undefined
      return {
        name,
        confidence: decides ? (whole ? 0.9 : 0.65) : whole ? 0.7 : 0.5,
        what: decides ? 'approves' : `is named as ${role}`,
      }
    }),
  ]
  const proposals = named.flatMap(({ name, confidence, what }): Proposal[] => {
    const group = groupNamed(name, operator)
    return group === undefined ? [] : [{ value: group, confidence, reason: `${name} ${what}` }]
  })
  const groups = groupsOf(operator)
  for (const group of groups) {
    const decides =
      sharedWords(wordsOf(group), wordsOf('release manager lead owner operations on-call oncall ops')).length > 0
    if (groups.length === 1) proposals.push({ value: group, confidence: 0.8, reason: 'the only group there is' })
    else
      proposals.push({
        value: group,
        confidence: decides ? 0.5 : 0.4,
        reason: decides ? 'by its name' : 'one of the groups',
      })
  }
  const signers = (group: unknown): boolean =>
    Object.entries(operator.people).some(([id, { groups }]) => groups.includes(String(group)) && id !== bindings.author)
  const able = proposals.filter(({ value }) => signers(value)).sort((a, b) => b.confidence - a.confidence)
  return able.filter(({ value }, index) => able.findIndex((other) => other.value === value) === index)
}

function whoWrote({ draft, operator }: ProposeInput): Proposal[] {
  const label = /^(?:author|authors|written by|prepared by|created by|auteur|autor)$/
  const named = draft.metadata.filter((entry) => label.test(nameKey(entry.label)))
  return Object.entries(operator.people).flatMap(([id, { name }]): Proposal[] => {
    const says = named.find(({ value }) => nameKey(value) === nameKey(name) || nameKey(value) === nameKey(id))
    return says ? [{ value: id, confidence: 0.9, reason: `${says.label}: ${says.value}` }] : []
  })
}

/** Nobody but the plan's people can promise a time; one that the document states for some part may be the one. */
function rollbackDeadline({ draft, bindings }: ProposeInput): Finding {
  const subject = {
    section: 'rollback' as const,
    path: ['rollback', 'deadline'],
    says: 'how long going back may take',
    fill: { value: '…', hint: 'such as 10m: a time that you can promise' },
  }
  const { budgetMs, budgetSource, budgets } = draft.rollback
  const deadlineMs = bindings.rollback?.deadline
  if (deadlineMs !== undefined) return boundFinding(subject, asDuration(deadlineMs))
  if (budgetMs !== undefined) {
    const bound = boundFinding(subject, asDuration(budgetMs), 'the document says so')
    return budgetSource ? { ...bound, source: budgetSource } : bound
  }
  const stated = budgets.map(({ ms, text }): Proposal => {
    return { value: asDuration(ms), confidence: 0.6, reason: `the document says "${text}"` }
  })
  return settle(subject, stated)
}

function asDuration(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const)
    if (ms % size === 0) return `${ms / size}${unit}`
  return `${ms}ms`
}
