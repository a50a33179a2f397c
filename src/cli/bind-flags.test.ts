import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { surveyOperator } from '../wiring-survey.ts'
import { bindCommand } from './bind.ts'
import type { CliContext } from './context.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-bind-flags-'))
afterAll(() => rmSync(folder, { recursive: true }))

const plan = `# Shop v2

## Feature flags

- \`basket.newLayout\` for everybody
- \`featureFlags.fastSearch\` for everybody
- \`basket.giftWrap\` for everybody
- \`rollback.newLayout\` undoes it

## Phase 1: Canary (10%)

- [ ] Route traffic
`
const operator = `people: { rina: { name: Rina, groups: [Release Manager] } }
targets: {}
flagSources: { team: { driver: flagd-file, file: ops/flags.json } }
`
const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' }
const flags = { 'basket.newLayout': flag, fast_search: flag, 'rollback.newLayout': { ...flag, state: 'DISABLED' } }

beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(join(folder, 'lent/ops'), { recursive: true })
  writeFileSync(join(folder, 'ROLLOUT.md'), plan)
  writeFileSync(join(folder, 'lent/operator.yaml'), operator)
  writeFileSync(join(folder, 'lent/ops/flags.json'), JSON.stringify({ flags }))
})

async function bind(...args: string[]): Promise<{ out: string[]; err: string[]; text: string }> {
  const out: string[] = []
  const err: string[] = []
  const refuse = () => Promise.reject(new Error('bind needs no controller'))
  const context: CliContext = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTty: false,
    columns: () => 80,
    cwd: folder,
    env: { NO_COLOR: '1' },
    connect: refuse,
    survey: (stateDir, operatorFile) => surveyOperator(context, stateDir, operatorFile),
    rehearse: () => Promise.reject(new Error('not used here')),
    checkUp: () => Promise.reject(new Error('not used here')),
    audit: () => Promise.reject(new Error('not used here')),
    serveFlags: refuse,
    openDemo: refuse,
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  }
  const program = new Command().exitOverride().option('--state <dir>', '', '.tidegate')
  bindCommand(program, context)
  await program.parseAsync(['bind', 'ROLLOUT.md', '--operator', 'lent/operator.yaml', ...args], { from: 'user' })
  return { out, err, text: readFileSync(join(folder, 'tidegate.yaml'), 'utf8') }
}

describe('tidegate bind with a flagd file', () => {
  it('binds a flag by its very key, and asks about another spelling in a comment', async () => {
    const { text, out } = await bind()
    expect(parse(text).flags).toEqual({
      'basket.newLayout': { source: 'team', key: 'basket.newLayout' },
      'rollback.newLayout': { source: 'team', key: 'rollback.newLayout' },
    })
    expect(text).toContain('  #? proposed: team has this very key; variants on, off\n  basket.newLayout: {')
    expect(text).toContain('#? proposed: rollback toggle: team has this very key; disabled there, variants on, off\n')
    expect(text).toContain('#? featureFlags.fastSearch: { source: team, key: fast_search }\n')
    expect(text).not.toContain('giftWrap')
    const row = (says: string) => out.find((line) => line.includes(`  ${says}`)) ?? ''
    expect(out).toContain('Flags')
    expect(row('basket.newLayout')).toMatch(/^ +5 .*\+ proposed \{ source: team, key: basket\.newLayout \}/)
    expect(row('featureFlags.fastSearch')).toMatch(/\? perhaps .*; until then a person sets it {2}\(the same words but/)
    expect(row('basket.giftWrap')).toMatch(/○ unbound {2}a person sets it {2}\(no flag source has it\)$/)
    expect(row('rollback.newLayout (rollback toggle)')).toMatch(/\+ proposed/)
    expect((await bind()).text).toBe(text)
  })

  it('takes up a question once its mark is deleted', async () => {
    const { text } = await bind()
    writeFileSync(join(folder, 'tidegate.yaml'), text.replace('#? featureFlags.fastSearch', 'featureFlags.fastSearch'))
    const { out } = await bind()
    expect(out.find((line) => line.includes('featureFlags.fastSearch'))).toContain('● bound')
  })

  it('counts the flags of each source in JSON', async () => {
    const { out } = await bind('--json')
    const result = JSON.parse(out[0] ?? '')
    expect(result.flagSources).toEqual([{ source: 'team', flags: 3 }])
    expect(result.findings).toContainEqual(
      expect.objectContaining({ section: 'flags', says: 'basket.giftWrap', state: 'unbound' }),
    )
  })

  it('says what is wrong with the file, and goes on without it', async () => {
    writeFileSync(join(folder, 'lent/ops/flags.json'), '{ "flags": { "a": {} } }')
    const { err, out, text } = await bind()
    expect(err[0]).toMatch(
      /^Nothing is proposed from flag source team: .*ops\/flags\.json is not in flagd's format: at /,
    )
    expect(out.find((line) => line.includes('basket.newLayout'))).toContain('no flag source has it, but team did not')
    expect(parse(text).flags).toBeUndefined()
  })
})
