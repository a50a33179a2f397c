/** `tidegate render` on a document in a folder: what it writes, what it leaves, and what it ends with. */
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { FakeController, type FakeTerminal, fakeTerminal } from '../../test/fixtures/fake-controller.ts'
import { planOfDraft } from '../../test/fixtures/plan-of-draft.ts'
import { World } from '../../test/simulation/world.ts'
import { importMarkdown } from '../document/import-markdown.ts'
import { withoutFragments } from '../document/render/fragment.ts'
import { exitCodes, UserError } from './context.ts'
import { buildProgram } from './program.ts'
import { replaceFile } from './replace-file.ts'

const text = `# Rollout

- [ ] Runbook read

## Phase 1: Canary (10% Traffic)

**Steps:**
1. Route traffic

**Success criteria:**
- [x] Error rate < 1%
`

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function folderWith(document: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-render-'))
  folders.push(folder)
  await writeFile(join(folder, 'ROLLOUT.md'), document)
  await writeFile(join(folder, 'plan.yaml'), document)
  return folder
}

function released(): FakeController {
  const world = new World({}, planOfDraft(importMarkdown(text, 'ROLLOUT.md').draft))
  world.run()
  return new FakeController(world)
}

async function render(cwd: string, line: string[] = [], api = released()): Promise<FakeTerminal> {
  const terminal = fakeTerminal(api, { cwd })
  try {
    await buildProgram(terminal.context).parseAsync(['render', ...line], { from: 'user' })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.err.push(error.message)
    terminal.code = error.exitCode
  }
  return terminal
}

const documentIn = (folder: string): Promise<string> => readFile(join(folder, 'ROLLOUT.md'), 'utf8')

it('writes the document in place, once, and says what it wrote', async () => {
  const cwd = await folderWith(text)
  await chmod(join(cwd, 'ROLLOUT.md'), 0o640)
  const first = await render(cwd)
  expect(first.code).toBe(exitCodes.ok)
  expect(first.out).toEqual([])
  expect(first.err).toEqual([
    'ROLLOUT.md: brought up to date with release r1: evidence 4, claims without evidence 0, status 2; 1 box ticked for evidence',
  ])
  const written = await documentIn(cwd)
  expect(written).toMatch(/^- \[x\] Runbook read — ✔ evidence: signed by rina/m)
  expect(withoutFragments(written).replace(/\n{3,}/g, '\n\n')).toBe(text)
  expect((await stat(join(cwd, 'ROLLOUT.md'))).mode & 0o777).toBe(0o640)
  expect(await readdir(cwd)).toEqual(['ROLLOUT.md', 'plan.yaml'])

  const second = await render(cwd)
  expect(second.err[0]).toContain('up to date already')
  expect(await documentIn(cwd)).toBe(written)
})

it('--check changes nothing, and tells CI by its exit code', async () => {
  const cwd = await folderWith(text)
  const before = await render(cwd, ['--check'])
  expect(before.code).toBe(exitCodes.failed)
  expect(before.err[0]).toContain('ROLLOUT.md: not up to date with release r1')
  expect(await documentIn(cwd)).toBe(text)
  await render(cwd)
  expect((await render(cwd, ['--check'])).code).toBe(exitCodes.ok)
})

it('--check finds evidence that somebody typed', async () => {
  const cwd = await folderWith(text)
  await render(cwd)
  await writeFile(
    join(cwd, 'ROLLOUT.md'),
    (await documentIn(cwd)).replace('(10% Traffic)', '(10% Traffic) — ✔ evidence: fine (r1#e9)'),
  )
  expect((await render(cwd, ['--check'])).code).toBe(exitCodes.failed)
})

it('--dry-run prints a diff that patch takes', async () => {
  const cwd = await folderWith(text)
  const { out, code } = await render(cwd, ['--dry-run'])
  expect(code).toBe(exitCodes.ok)
  expect(out.slice(0, 5)).toEqual([
    '--- a/ROLLOUT.md',
    '+++ b/ROLLOUT.md',
    '@@ -1,0 +2,2 @@',
    '+',
    expect.stringMatching(/^\+> ● Tidegate release r1: /),
  ])
  expect(out).toContain('-- [ ] Runbook read')
  expect(await documentIn(cwd)).toBe(text)
})

it('--stdout and --out leave the document alone', async () => {
  const cwd = await folderWith(text)
  const { out } = await render(cwd, ['--stdout'])
  expect(out[0]).toContain('✔ evidence')
  await render(cwd, ['r1', '--out', 'rendered.md', '--report', 'reports/r (1).md'])
  const rendered = await readFile(join(cwd, 'rendered.md'), 'utf8')
  expect(rendered).toMatch(/\(\[r1#e\d+\]\(reports\/r%20%281%29\.md#verdicts\)\)$/m)
  expect(await documentIn(cwd)).toBe(text)
})

it('--json says how much, and what found no place', async () => {
  const cwd = await folderWith(text.replace('Runbook read', 'Runbook written'))
  const { out, err } = await render(cwd, ['--json'])
  expect(JSON.parse(out[0] ?? '')).toEqual({
    releaseId: 'r1',
    file: 'ROLLOUT.md',
    changed: true,
    evidence: 3,
    claims: 0,
    statuses: 2,
    ticks: 0,
    unplaced: [{ kind: 'signOff', text: 'Runbook read', line: 3, why: 'not in the document in these words' }],
  })
  expect(err[1]).toBe('  not written: signOff "Runbook read" (line 3 at the start): not in the document in these words')
})

it('writes through a link, which stays one', async () => {
  const cwd = await folderWith(text)
  await symlink('ROLLOUT.md', join(cwd, 'plan.md'))
  await render(cwd, ['--file', 'plan.md'])
  expect((await lstat(join(cwd, 'plan.md'))).isSymbolicLink()).toBe(true)
  expect(await documentIn(cwd)).toContain('✔ evidence')
})

it.each<[string, string | Uint8Array, string[], number, string]>([
  ['another document', '# Cooking\n\n- [ ] Salt\n', [], exitCodes.failed, 'it is another document'],
  ['a plan in YAML', 'plan: x\n', ['--file', 'plan.yaml'], exitCodes.failed, 'only one in Markdown'],
  ['bytes that are no UTF-8', Uint8Array.from([0x23, 0x20, 0xe9, 0x0a]), [], exitCodes.failed, 'is not UTF-8 text'],
  [
    'a document that is not there',
    text,
    ['--file', 'PLAN.md'],
    exitCodes.usage,
    'cannot read PLAN.md: there is no such file; name the document with --file',
  ],
  ['two ways at once', text, ['--check', '--stdout'], exitCodes.usage, 'exclude each other'],
  [
    'a place it cannot write to',
    text,
    ['--out', 'no/such.md'],
    exitCodes.usage,
    'cannot write no/such.md: there is no such folder',
  ],
])('refuses %s, and changes nothing', async (_what, document, line, code, message) => {
  const cwd = await folderWith(document)
  const before = await readFile(join(cwd, 'ROLLOUT.md'))
  const terminal = await render(cwd, line)
  expect(terminal.code).toBe(code)
  expect(terminal.err.join('\n')).toContain(message)
  expect(await readFile(join(cwd, 'ROLLOUT.md'))).toEqual(before)
})

it('leaves a document alone that changed while it was rendered', async () => {
  const cwd = await folderWith('new text')
  const path = join(cwd, 'ROLLOUT.md')
  await expect(replaceFile(path, 'ROLLOUT.md', Buffer.from('old text'), 'rendered')).rejects.toThrow(
    'changed by somebody else',
  )
  expect(await readdir(cwd)).toEqual(['ROLLOUT.md', 'plan.yaml'])
  expect(await documentIn(cwd)).toBe('new text')
})
