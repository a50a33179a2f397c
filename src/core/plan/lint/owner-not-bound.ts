/** Rule: the document names somebody whom the operator does not know. */
import { nameKey } from '../bind/names.ts'
import { type BoundLintRule, distinct, type Finding } from './rule.ts'

export const ownerNotBound: BoundLintRule = {
  id: 'OWNER_NOT_BOUND',
  severity: 'warning',
  summary: 'the document names an owner who is neither a person nor a group of operator.yaml',
  why: 'Nobody can be asked under that name. What this owner is to decide falls to the group in `asks`.',
  instead: 'Write the name as operator.yaml has it, or ask the operator to add the person or the group.',
  check: (draft, { operator }) => {
    if (!operator) return []
    const people = Object.entries(operator.people)
    const known = new Set(people.flatMap(([id, { name, groups }]) => [id, name, ...groups]).map(nameKey))
    const findings = draft.owners.flatMap(({ name, source, of }): Finding[] => {
      // "Platform (lead)" is Platform.
      if (known.has(nameKey(name)) || known.has(nameKey(name.replace(/\([^()]*\)/g, '')))) return []
      const groups = [...new Set(people.flatMap(([, person]) => person.groups))].sort()
      const message = `"${name}"${of === undefined ? '' : `, named for ${of},`} is no person or group of the operator`
      return [
        {
          source,
          message,
          hint: groups.length > 0 ? `known groups: ${groups.join(', ')}` : 'operator.yaml has no people yet',
        },
      ]
    })
    return distinct(findings, ({ message }) => message)
  },
  examples: {
    finds: [
      {
        plan: '# Plan\n\n**Owner:** Payments\n\n## Phase 1',
        operator: { people: { ann: { name: 'Ann', groups: ['Platform'] } } },
      },
    ],
    accepts: [
      {
        plan: '# Plan\n\n**Owner:** Platform\n\n## Phase 1',
        operator: { people: { ann: { name: 'Ann', groups: ['Platform'] } } },
      },
      { plan: '# Plan\n\n**Owner:** Payments\n\n## Phase 1' },
    ],
  },
}
