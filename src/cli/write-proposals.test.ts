import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Finding } from '../core/plan/bind/propose/proposal.ts'
import { writeProposals as write } from './write-proposals.ts'

const writeProposals = (text: string | null, findings: Finding[]) => write(text, findings, './schema.json')

const finding = (path: string, value: unknown, changes: Partial<Finding> = {}): Finding => ({
  section: 'steps',
  path: path.split('/'),
  says: 'it',
  state: 'proposed',
  value,
  reason: 'because',
  proposals: [],
  ...changes,
})
const proposed = (path: string, value: unknown) => finding(path, value)
const suggested = (path: string, value: unknown) => finding(path, value, { state: 'suggested', otherwise: 'people' })
const needed = (path: string) => {
  const { value: _, ...rest } = finding(path, undefined, {
    state: 'unbound',
    fill: { value: { deadline: '…' }, hint: 'such as 10m' },
  })
  return rest
}

describe('a new file', () => {
  it('holds proposals, and questions where their answers belong', () => {
    const text = writeProposals(null, [
      proposed('plan', 'plan.md'),
      proposed('phases/phase-1/steps/Deploy: all', { deploy: 'web' }),
      suggested('phases/phase-1/steps/Watch', { covered: 'the criteria' }),
      suggested('checklists/Before', { signOff: 'Lead', before: 'phase-1' }),
      needed('rollback'),
      finding('author', undefined, { state: 'unbound', otherwise: 'nobody is kept from signing' }),
    ])
    expect(text.split('\n').slice(5)).toEqual([
      '#? proposed: because',
      'plan: plan.md',
      '',
      'phases:',
      '  phase-1:',
      '    steps:',
      '      #? proposed: because',
      '      "Deploy: all": { deploy: web }',
      '      #? # perhaps: because',
      '      #? Watch: { covered: the criteria }',
      '',
      '#? checklists:',
      '#?   # perhaps: because',
      '#?   Before: { signOff: Lead, before: phase-1 }',
      '#? # for a person to decide: it (such as 10m)',
      '#? rollback: { deadline: … }',
      '',
    ])
  })

  it('answers a question once its "#? " is deleted', () => {
    const text = writeProposals(null, [
      proposed('plan', 'a'),
      suggested('triggers/On fire', { reportedBy: 'Ops' }),
      needed('rollback'),
    ])
    expect(
      parse(
        text.replaceAll('#? ', '').replace(/^.*(?:proposed:|yaml-language|Lines with|deleting|How the words).*$/gm, ''),
      ),
    ).toEqual({
      plan: 'a',
      triggers: { 'On fire': { reportedBy: 'Ops' } },
      rollback: { deadline: '…' },
    })
  })

  it('lets no text of a plan become a line of its own', () => {
    const text = writeProposals(null, [
      proposed('criteria/a\nasks: me', { check: 'x\n# y' }),
      finding('triggers/t', { reportedBy: 'z' }, { state: 'suggested', reason: 'b\nasks: me', otherwise: 'p' }),
    ])
    expect(parse(text)).toEqual({ criteria: { 'a\nasks: me': { check: 'x\n# y' } } })
  })

  it('leaves out a key that YAML cannot hold on one line', () => {
    expect(
      parse(writeProposals(null, [proposed(`criteria/${'x'.repeat(2_000)}`, { check: 'a' }), proposed('plan', 'p')])),
    ).toEqual({ plan: 'p' })
  })
})

const mine = `# Mine
plan:   plan.md   # kept
service: {name: shop, candidate: v2}

phases:
    phase-1:
        steps:
            # first
            Deploy: {deploy: web}
            # last
criteria:
asks: "Lead"
`

describe('a file of a person', () => {
  const findings = [
    proposed('service/router', 'edge'),
    proposed('service/arms', { label: 'version' }),
    proposed('phases/phase-1/steps/Watch', { confirm: 'Ops' }),
    suggested('phases/phase-1/steps/Look', { confirm: 'Ops' }),
    proposed('phases/phase-2/steps/Go', { rollout: 'shop' }),
    proposed('criteria/Health', { check: 'health' }),
    proposed('triggers/Fire', { reportedBy: 'Ops' }),
    needed('rollback'),
  ]

  it('keeps every line of it and adds where things belong', () => {
    expect(writeProposals(mine, findings)).toBe(`# Mine
plan:   plan.md   # kept
service: {name: shop, candidate: v2, router: edge, arms: { label: version }}

phases:
    phase-1:
        steps:
            # first
            Deploy: {deploy: web}
            # last
            #? proposed: because
            Watch: { confirm: Ops }
            #? # perhaps: because
            #? Look: { confirm: Ops }
    phase-2:
      steps:
        #? proposed: because
        Go: { rollout: shop }
criteria:
  #? proposed: because
  Health: { check: health }
asks: "Lead"

triggers:
  #? proposed: because
  Fire: { reportedBy: Ops }

#? # for a person to decide: it (such as 10m)
#? rollback: { deadline: … }
`)
  })

  it('never changes a binding that is there', () => {
    const again = writeProposals(mine, [
      ...findings,
      proposed('asks', 'Other'),
      proposed('phases/phase-1/steps/Deploy', { check: 'x' }),
    ])
    expect(parse(again)).toMatchObject({
      asks: 'Lead',
      phases: { 'phase-1': { steps: { Deploy: { deploy: 'web' } } } },
    })
  })

  it('asks its questions anew, and says nothing twice', () => {
    const once = writeProposals(mine, findings)
    expect(writeProposals(once, findings)).toBe(once)
    const answered = writeProposals(
      once,
      findings.filter(({ state }) => state === 'proposed'),
    )
    expect(answered).not.toMatch(/perhaps|to decide/)
    expect(answered).toContain('#? proposed: because')
  })

  it('takes no mark inside a text for a question', () => {
    const text = 'plan: |\n  one\n  #? two\nasks: me\n'
    expect(parse(writeProposals(text, [needed('rollback')]))).toEqual({ plan: 'one\n#? two\n', asks: 'me' })
  })

  it('goes on with the line ends that the file has', () => {
    const text = writeProposals('plan: p\r\nasks: me\r\n', [proposed('triggers/Fire', { reportedBy: 'Ops' })])
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(parse(text)).toMatchObject({ triggers: { Fire: { reportedBy: 'Ops' } } })
  })

  it.each([
    '',
    '# only this',
    'plan: p',
    'plan: p\nphases:\n  phase-1: { steps: {} }',
    'plan: p\nphases: {}',
    'phases: ~',
  ])('extends %j', (text) => {
    const written = writeProposals(text, [
      proposed('phases/phase-1/steps/A', { confirm: 'b' }),
      suggested('phases/phase-1/steps/B', 1),
      needed('rollback'),
    ])
    expect(parse(written)).toMatchObject({ phases: { 'phase-1': { steps: { A: { confirm: 'b' } } } } })
    expect(written.startsWith(text)).toBe(!/[{~]/.test(text))
  })
})
