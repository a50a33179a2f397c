/** Who owns, decides and approves, read through whole documents. */
import { expect, it } from 'vitest'
import { importMarkdown } from '../import-markdown.ts'

const read = (text: string) => {
  const { owners, approvals, metadata } = importMarkdown(`# Plan\n\n${text}`, 'plan.md').draft
  return {
    owners: owners.map(({ name, role }) => [name, role]),
    approvals,
    metadata: metadata.map(({ value }) => value),
  }
}

it('an approver that is named has approved nothing yet', () => {
  expect(read('**Executive approver**: CEO')).toMatchObject({ owners: [['CEO', 'approver']], approvals: [] })
  expect(read('**Release manager approval**: ✅ approved').approvals).toHaveLength(1)
})

it('a decision names who decides, or is one itself', () => {
  expect(read('**Decision**: Engineering lead + Product lead at T+2h').owners).toEqual([
    ['Engineering lead', 'gateOwner'],
    ['Product lead', 'gateOwner'],
  ])
  const decided = 'No infrastructure changes during the canary.'
  expect(read(`**Decision**: ${decided}`)).toMatchObject({ owners: [], metadata: [decided] })
})

it('who is to approve and who is on call stand behind their labels, who signs before the line', () => {
  const list =
    '- Release owner: @dana (or a deputy)\n- Approvers required: Product, Security\n- On-call for rollback: Backend lead\n- QA lead: ______ Date: ____'
  expect(read(`## Owners & approvals\n${list}`).owners).toEqual([
    ['@dana', 'owner'],
    ['Product', 'approver'],
    ['Security', 'approver'],
    ['Backend lead', 'owner'],
    ['QA lead', 'approver'],
  ])
})

it('a document to sign is nobody', () => {
  expect(read('**Sign-off packet (send for review):** see the wiki')).toMatchObject({ owners: [], approvals: [] })
})
