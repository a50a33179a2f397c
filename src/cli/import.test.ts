import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { importPlanYaml } from '../document/plan-yaml/import-plan-yaml.ts'
import type { CliContext } from './context.ts'
import { importCommand } from './import.ts'
import { textWidth } from './styled-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-import-'))
afterAll(() => rmSync(folder, { recursive: true }))

const plan = `# Shop
## Phase 1: Pilot (10%)
**Success criteria:**
- ✅ Order errors < 1%
**Rollback trigger:** Order errors > 1%

Prose red\u202e that nobody reads.
`
const hostile = plan.replace('red', '\u001b[31mred')

/** Runs the command on a document; gives what was written and the exit code. */
async function run(
  text: string,
  args: string[] = [],
  columns?: number,
): Promise<{ lines: string[]; code: number | undefined }> {
  writeFileSync(join(folder, 'plan.md'), text)
  const lines: string[] = []
  let code: number | undefined
  const refuse = () => Promise.reject(new Error('import needs no controller'))
  const context: CliContext = {
    out: (line) => lines.push(line),
    err: (line) => lines.push(`err ${line}`),
    isTty: columns !== undefined,
    columns: () => columns ?? 80,
    cwd: folder,
    env: { NO_COLOR: '1' },
    connect: refuse,
    survey: refuse,
    rehearse: () => Promise.reject(new Error('not used here')),
    checkUp: () => Promise.reject(new Error('not used here')),
    audit: () => Promise.reject(new Error('not used here')),
    serveFlags: refuse,
    openDemo: refuse,
    onInterrupt: () => () => undefined,
    exit: (given) => {
      code = given
    },
  }
  const program = new Command().exitOverride()
  importCommand(program, context)
  await program.parseAsync(['import', 'plan.md', ...args], { from: 'user' })
  return { lines, code }
}

describe('tidegate import', () => {
  it('shows the document beside what was understood on a wide terminal', async () => {
    const { lines, code } = await run(plan, [], 120)
    const row = (number: number): string => lines.find((line) => line.startsWith(`   ${number} `)) ?? ''
    expect(row(2)).toMatch(/## Phase 1: Pilot \(10%\) +│ phase 1, 10%$/)
    expect(row(4)).toMatch(/- ✅ Order errors < 1% +│ criterion: Order errors < 1 % \(ticked: a claim\)$/)
    expect(row(5)).toMatch(/│ rolls back on Order errors > 1 %$/)
    for (const line of lines.slice(0, 9)) expect(textWidth(line)).toBeLessThanOrEqual(120)
    expect(code).toBe(0)
  })

  it('puts facts under their lines when there is no room, and counts what was read and what was not', async () => {
    const { lines } = await run(plan, [], 80)
    expect(lines).toContain('4: - ✅ Order errors < 1%')
    expect(lines).toContain('    → criterion: Order errors < 1 % (ticked: a claim)')
    expect(lines).toContain('1 phase, 0 stages inside them')
    expect(lines).toContain('1 criterion: 1 measurable, 0 for a person to judge')
    expect(lines).toContain('1 line with text that gave no fact')
    expect(lines.filter((line) => line.startsWith('plan.md:4 warning PRETICKED'))).toHaveLength(1)
  })

  it('lets no document steer the terminal', async () => {
    for (const columns of [80, 120]) {
      const { lines } = await run(hostile, [], columns)
      for (const character of ['\u001b', '\u202e']) expect(lines.join('\n')).not.toContain(character)
    }
  })

  it('prints one JSON object with draft and diagnostics', async () => {
    const { lines } = await run(plan, ['--json'])
    expect(lines).toHaveLength(1)
    const { draft, diagnostics } = JSON.parse(lines[0] ?? '')
    expect(draft.phases[0].percent).toBe(10)
    expect(diagnostics.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('NO_OWNER')
  })

  it('fails on errors only', async () => {
    expect((await run('## Phase 1: Pilot (110%)')).code).toBe(1)
    expect((await run('## Phase 1: Pilot (11%)')).code).toBe(0)
  })

  it('marks lines that gave no fact, and breaks what is long, on a terminal without colour', async () => {
    const { lines } = await run(plan, [], 60)
    const at = lines.findIndex((line) => line.startsWith('7: Prose'))
    expect(lines[at + 1]).toBe('    → no fact')
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(60)
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain('the plan names no owner (write "**Owner:** …"')
  })

  const out = join(folder, 'plan.yaml')

  it('writes the plan in YAML, and reads it again', async () => {
    const { lines, code } = await run(plan, ['--out', 'plan.yaml'])
    expect(code).toBe(0)
    expect(lines).toContain('1 line with text that gave no fact')
    expect(lines.at(-1)).toBe('err Written: plan.yaml')
    const text = readFileSync(out, 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/plan\.schema\.json\n/)
    expect(text).toContain('from: plan.md\n')
    expect(text).toContain('- { text: Order errors < 1%, claimed: true, at: 4 }')
    expect(text).toContain('that nobody reads.')
    const { draft, diagnostics } = importPlanYaml(text, 'plan.yaml')
    expect(diagnostics).toEqual([])
    expect(draft.phases[0]?.criteria).toMatchObject([{ text: 'Order errors < 1%', claimed: true }])
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('replaces no file unless it is told to', async () => {
    writeFileSync(out, 'mine')
    await expect(run(plan, ['--out', 'plan.yaml'])).rejects.toThrow(
      'cannot write plan.yaml: it is there already; --force replaces it',
    )
    expect(readFileSync(out, 'utf8')).toBe('mine')
    await run(plan, ['--out', 'plan.yaml', '--force'])
    expect(readFileSync(out, 'utf8')).toContain('tidegate: 1')
    await expect(run(plan, ['--out', 'none/plan.yaml'])).rejects.toThrow('there is no such folder')
  })

  it('writes the plan to stdout, and nothing else there', async () => {
    const { lines } = await run(plan, ['--out', '-'])
    const [text = '', ...others] = lines
    expect(text).toContain('tidegate: 1')
    expect(others.length).toBeGreaterThan(0)
    for (const line of others) expect(line).toMatch(/^err /)
    await expect(run(plan, ['--out', '-', '--json'])).rejects.toThrow('both want stdout')
  })

  it('writes no plan that would hide an error of reading', async () => {
    rmSync(out)
    const { lines, code } = await run('## Phase 1: Pilot (110%)', ['--out', 'plan.yaml'])
    expect(code).toBe(1)
    expect(lines[0]).toBe(
      'err plan.yaml is not written: 1 error of reading would be lost in it; correct the document first.',
    )
    expect(existsSync(out)).toBe(false)
  })

  it('shows nothing of a document that cannot be read, but why', async () => {
    const { lines } = await run('x'.repeat(262_144), [])
    expect(lines.filter((line) => line.includes('LINE_TOO_LONG'))).toHaveLength(1)
    await expect(run('x'.repeat(262_145), [])).rejects.toThrow('plan.md is larger than the 256 KB that are read')
  })

  it('says in one message why a file cannot be read', async () => {
    const program = new Command().exitOverride()
    importCommand(program, { cwd: folder } as CliContext)
    await expect(program.parseAsync(['import', 'missing.md'], { from: 'user' })).rejects.toMatchObject({
      name: 'UserError',
      exitCode: 2,
      message: 'cannot read missing.md: there is no such file',
    })
    await expect(program.parseAsync(['import', '.'], { from: 'user' })).rejects.toThrow('that is a folder')
  })
})
