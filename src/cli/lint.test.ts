/** `tidegate lint` on files of its own: what it prints in each form, how it ends, and that no secret comes out of any. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeController, type FakeTerminal, fakeTerminal } from '../../test/fixtures/fake-controller.ts'
import { secrets } from '../../test/fixtures/secrets.ts'
import { World } from '../../test/simulation/world.ts'
import { exitCodes, UserError } from './context.ts'
import { buildProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-lint-'))
afterAll(() => rmSync(folder, { recursive: true }))

const plan = `# Shop

**Owner:** Payments

## Phase 1: Pilot (10%)
**Success criteria:**
- ✅ Order errors < 1%

**Rollback trigger:** Order errors > 4%

## Phase 2: Everyone (100%)
**Success criteria:**
- Order errors < 1%
`
const circle = `${plan}
## Phase 3: Tidy up
**Entry criteria:**
- Phase 4 complete

## Phase 4: Hand over
`

const bindings = `plan: plan.md
service:
  name: shop
  candidate: v2
  baseline: v1
  router: proxy
  deployer: production
  arms: { label: version }
  arrivals: { source: shop, total: requests }
asks: Platform
rollback: { deadline: 10m }
`
const operator = `people:
  ann: { name: Ann, groups: [Platform] }
targets: {}
`

/** Runs one command line in the folder, as `main.ts` does. */
async function run(files: Record<string, string>, line: string[], columns?: number): Promise<FakeTerminal> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const world = new World({})
  const terminal = fakeTerminal(new FakeController(world), {
    cwd: folder,
    ...(columns === undefined ? {} : { isTty: true, columns: () => columns, env: { NO_COLOR: '1' } }),
  })
  try {
    await buildProgram(terminal.context).parseAsync(line, { from: 'user' })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.err.push(error.message)
    terminal.code = error.exitCode
  }
  return terminal
}

describe('tidegate lint', () => {
  it('groups by severity and rule, with place, line, why and what to write instead, and counts at the end', async () => {
    const { out, code } = await run({ 'plan.md': plan }, ['lint', 'plan.md'])
    const text = out.join('\n')
    expect(text.indexOf('Warnings')).toBeLessThan(text.indexOf('Notes'))
    expect(text).toContain('  PRETICKED\n    why: A tick by hand')
    expect(text).toContain('    plan.md:7  - ✅ Order errors < 1%\n      1 of 1 criteria of "Phase 1: Pilot (10%)"')
    expect(text).toContain('    instead: take the ticks away')
    expect(out.at(-1)).toMatch(/^plan\.md: 0 errors, \d warnings, \d notes?; warnings are acknowledged/)
    expect(code).toBe(exitCodes.ok)
  })

  it('ends with 1 on errors, and says that they block the start', async () => {
    const { out, code } = await run({ 'circle.md': circle }, ['lint', 'circle.md'])
    expect(out[0]).toBe('Errors (1)')
    expect(out.at(-1)).toContain('errors block the start')
    expect(code).toBe(exitCodes.failed)
  })

  it('prints one JSON object with the line and the reason of each finding', async () => {
    const { out } = await run({ 'plan.md': plan }, ['lint', 'plan.md', '--json'])
    expect(out).toHaveLength(1)
    const { plan: file, counts, findings } = JSON.parse(out[0] ?? '')
    expect(file).toBe('plan.md')
    expect(counts.error).toBe(0)
    expect(findings).toContainEqual(
      expect.objectContaining({
        ruleId: 'PRETICKED',
        source: { file: 'plan.md', start: 7, end: 7 },
        excerpt: '- ✅ Order errors < 1%',
        why: expect.stringContaining('opens no gate'),
        hint: expect.any(String),
      }),
    )
  })

  it('prints SARIF 2.1.0 with every rule that it names', async () => {
    const { out } = await run({ 'plan.md': plan }, ['lint', 'plan.md', '--format', 'sarif'])
    const { version, runs } = JSON.parse(out[0] ?? '')
    expect(version).toBe('2.1.0')
    const { rules } = runs[0].tool.driver
    for (const { ruleId, ruleIndex, level, locations } of runs[0].results) {
      expect(rules[ruleIndex].id).toBe(ruleId)
      expect(['error', 'warning', 'note']).toContain(level)
      expect(locations[0].physicalLocation.artifactLocation.uri).toBe('plan.md')
    }
    expect(runs[0].results.length).toBeGreaterThan(2)
  })

  it('looks at tidegate.yaml beside the plan, and at the operator where named', async () => {
    const files = { 'plan.md': plan, 'tidegate.yaml': bindings, 'operator.yaml': operator }
    const ids = ({ out }: FakeTerminal) =>
      new Set(JSON.parse(out[0] ?? '').findings.map(({ ruleId }: { ruleId: string }) => ruleId))
    const beside = ids(await run(files, ['lint', 'plan.md', '--json']))
    expect(beside).not.toContain('NO_ROLLBACK_BUDGET')
    expect(beside).not.toContain('OWNER_NOT_BOUND')
    const whole = await run(files, ['lint', 'plan.md', '--operator', 'operator.yaml', '--json'])
    expect(ids(whole)).toContain('OWNER_NOT_BOUND')
    expect(ids(whole)).toContain('UNKNOWN_NAME')
    expect(whole.code).toBe(exitCodes.failed)
    rmSync(join(folder, 'tidegate.yaml'))
    expect(ids(await run(files, ['lint', 'plan.md', '--json', '--bindings', 'tidegate.yaml']))).toContain('PRETICKED')
    rmSync(join(folder, 'tidegate.yaml'))
    expect(ids(await run({ 'plan.md': plan }, ['lint', 'plan.md', '--json']))).toContain('NO_ROLLBACK_BUDGET')
  })

  it('shows only the rules asked for, and refuses one that does not exist', async () => {
    const { out } = await run({ 'plan.md': plan }, ['lint', 'plan.md', '--rule', 'PRETICKED', '--json'])
    expect(JSON.parse(out[0] ?? '').findings).toHaveLength(1)
    const mistake = await run({ 'plan.md': plan }, ['lint', 'plan.md', '--rule', 'PRETICKT'])
    expect(mistake.code).toBe(exitCodes.usage)
    expect(mistake.err[0]).toContain('PRETICKED')
    expect(mistake.out).toEqual([])
  })

  it('prints the manual page of a rule without a plan', async () => {
    const { out, code } = await run({}, ['lint', '--explain', 'threshold_gap'])
    expect(out.join('\n')).toMatch(/^## THRESHOLD_GAP[\s\S]*\*\*Write instead:\*\*/)
    expect(code).toBe(exitCodes.ok)
    expect((await run({}, ['lint', '--explain', 'NOTHING'])).code).toBe(exitCodes.usage)
  })

  it.each([
    [['lint'], 'name the plan'],
    [['lint', 'missing.md'], 'there is no such file'],
    [['lint', 'plan.md', '--format', 'xml'], 'text, json, sarif'],
    [['lint', 'plan.md', '--bindings', 'missing.yaml'], 'there is no such file'],
  ])('%j is a mistake that it explains', async (line, message) => {
    const { err, code } = await run({ 'plan.md': plan }, line)
    expect(err.join('\n')).toContain(message)
    expect(code).toBe(exitCodes.usage)
  })

  it('keeps to the width of the terminal', async () => {
    const { out } = await run({ 'plan.md': plan }, ['lint', 'plan.md'], 60)
    for (const line of out.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(62)
  })
})

describe('secrets in a plan', () => {
  const lines = secrets.map(({ line }) => line)
  const document = [
    '# Shop',
    ...lines.flatMap((line, index) => [
      `## Phase ${index}: ${line.includes('\n') ? 'Keys' : line}`,
      '',
      `- ${line}`,
      '',
    ]),
    '**Success criteria:**',
    ...lines.filter((line) => !line.includes('\n')).map((line) => `- [x] Errors < x% with ${line}`),
    '',
    '## Rollback plan',
    ...lines.flatMap((line) => ['```bash', line, '```', '']),
  ].join('\n')
  const hidden = secrets.flatMap((secret) => secret.hidden)

  it.each([
    ['import', ['import', 'plan.md'], undefined],
    ['import beside the document', ['import', 'plan.md'], 140],
    ['import as JSON', ['import', 'plan.md', '--json'], undefined],
    ['lint', ['lint', 'plan.md'], undefined],
    ['lint on a terminal', ['lint', 'plan.md'], 140],
    ['lint of one rule', ['lint', 'plan.md', '--rule', 'SECRET_IN_TEXT'], undefined],
    ['lint as JSON', ['lint', 'plan.md', '--json'], undefined],
    ['lint as SARIF', ['lint', 'plan.md', '--format', 'sarif'], undefined],
  ])('come out of %s nowhere', async (_, line, columns) => {
    const { out, err } = await run({ 'plan.md': document }, line, columns)
    const printed = [...out, ...err].join('\n')
    expect(hidden.length).toBeGreaterThanOrEqual(20)
    for (const part of hidden) expect(printed).not.toContain(part)
    expect(printed).toContain('SECRET_IN_TEXT')
  })
})
