import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { hangingOnFiles } from '../../../test/contract/hanging-files.ts'
import { JunitCheck } from '../../core/plan/operator-report-checks.ts'
import { createJunitCheckRunner } from './junit.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-junit-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'report.xml')

const writtenAt = new Date('2026-03-02T12:00:00Z')
function write(content: string | Uint8Array, file = path): void {
  writeFileSync(file, content)
  utimesSync(file, writtenAt, writtenAt)
}
const runnerOf = (settings: object = {}) =>
  createJunitCheckRunner({ main: JunitCheck.parse({ driver: 'junit', file: 'report.xml', ...settings }) }, { folder })
const run = (content: string | Uint8Array, settings?: object) => {
  write(content)
  return runnerOf(settings).runCheck('main', effectContext())
}

checkRunnerContract(async () => {
  write('<testsuite name="unit"><testcase name="adds"/></testsuite>', join(folder, 'good.xml'))
  write('<testsuite name="unit"><testcase name="adds"><failure/></testcase></testsuite>', join(folder, 'bad.xml'))
  const check = (file: string) => JunitCheck.parse({ driver: 'junit', file })
  const checks = { good: check('good.xml'), bad: check('bad.xml'), hanging: check('good.xml') }
  return {
    runner: hangingOnFiles(createJunitCheckRunner(checks, { folder })),
    [Symbol.asyncDispose]: async () => undefined,
  }
})

it('counts test cases, suite by suite, and is as old as the oldest suite', async () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="4" failures="0" errors="0">
      <testsuite name="api" tests="3" skipped="1" timestamp="2026-03-02T10:00:00+01:00">
        <testcase name="a &lt; b"/><testcase name="later"><skipped/></testcase>
        <testcase name="prints"><system-out><![CDATA[<failure> & co]]></system-out></testcase>
      </testsuite>
      <testsuite name="pages" tests="1" timestamp="2026-03-02T09:30:00"><testcase name="opens"/></testsuite>
    </testsuites>`
  expect(await run(report)).toEqual({
    ok: true,
    value: {
      verdict: 'passed',
      summary: '4 tests, 0 failed, 0 with errors, 1 skipped',
      details: [
        'api: 3 tests, 0 failed, 0 with errors, 1 skipped',
        'pages: 1 tests, 0 failed, 0 with errors, 0 skipped',
      ],
      digest: createHash('sha256').update(report).digest('hex'),
      producedAt: '2026-03-02T09:00:00.000Z',
    },
  })
})

it('fails on failures, errors and broken set-up, and names them', async () => {
  const report = `<testsuite name="unit" tests="5" failures="1" errors="2">
    <testcase name="one"><failure message="1 is not 2"/><failure/></testcase><testcase name="two"><error/></testcase>
    <testcase name="three"><properties><failure/></properties></testcase><testcase name="four"><flakyFailure/></testcase>
    <testcase/><error message="set-up"/></testsuite>`
  expect(await run(report)).toMatchObject({
    value: {
      verdict: 'failed',
      summary: '5 tests, 1 failed, 2 with errors, 0 skipped',
      details: ['unit: 5 tests, 1 failed, 2 with errors, 0 skipped: one, two, unit'],
    },
  })
})

describe('does not take a report at its word', () => {
  it.each<[string, string, string]>([
    [
      'hidden failures',
      '<testsuite failures="3"><testcase/></testsuite>',
      'states failures="3", but its test cases give 0',
    ],
    ['hidden errors', '<testsuite errors="1"><testcase/></testsuite>', 'states errors="1", but its test cases give 0'],
    ['missing tests', '<testsuite tests="9"><testcase/></testsuite>', 'states tests="9", but its test cases give 1'],
    ['hidden skips', '<testsuite skipped="2"><testcase/></testsuite>', 'states skipped="2", but its test cases give 0'],
    ['no number', '<testsuite tests="many"><testcase/></testsuite>', 'states tests="many", but its test cases give 1'],
    [
      'a total beyond its suites',
      '<testsuites tests="3"><testsuite tests="1"><testcase/></testsuite></testsuites>',
      'testsuites states tests="3", but its test cases give 1',
    ],
  ])('%s', async (_, report, words) => {
    expect(await run(report)).toMatchObject({
      value: {
        verdict: 'failed',
        summary: expect.stringContaining(words),
        details: expect.arrayContaining([expect.stringContaining(words)]),
      },
    })
  })

  it('failures under a clean total', async () => {
    const report = '<testsuite name="u" failures="0"><testcase name="a"><failure/></testcase></testsuite>'
    expect(await run(report)).toMatchObject({
      value: { verdict: 'failed', details: ['u: 1 tests, 1 failed, 0 with errors, 0 skipped: a', expect.any(String)] },
    })
  })
})

it.each([
  [
    'all beneath',
    '<testsuite tests="3"><testcase/><testsuite tests="2"><testcase/><testcase/></testsuite></testsuite>',
  ],
  ['its own', '<testsuite tests="1"><testcase/><testsuite tests="2"><testcase/><testcase/></testsuite></testsuite>'],
  [
    'its children',
    '<testsuite tests="2"><testcase/><testsuite tests="2"><testcase/><testcase/></testsuite></testsuite>',
  ],
])('takes a suite that counts %s', async (_, report) => {
  expect(await run(report)).toMatchObject({
    value: { verdict: 'passed', summary: '3 tests, 0 failed, 0 with errors, 0 skipped' },
  })
})

describe('a report of GoogleTest', () => {
  const googleTest = (skipped: number, disabled: number) => `<?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="3" failures="0" disabled="${disabled}" errors="0" time="0.002" name="AllTests">
      <testsuite name="Cart" tests="3" failures="0" disabled="${disabled}" skipped="${skipped}" errors="0">
        <testcase name="Adds" status="run" result="completed"/>
        <testcase name="DISABLED_Pays" status="notrun" result="suppressed"/>
        <testcase name="Ships" status="run" result="skipped"><skipped message="no network"/></testcase>
      </testsuite>
    </testsuites>`

  it('states the disabled apart from the skipped, and both did not run', async () => {
    expect(await run(googleTest(1, 1))).toMatchObject({
      value: { verdict: 'passed', summary: '3 tests, 0 failed, 0 with errors, 2 skipped' },
    })
  })

  it.each([
    [0, 1],
    [1, 2],
  ])('is not taken at its word when it states %i skipped and %i disabled', async (skipped, disabled) => {
    expect(await run(googleTest(skipped, disabled))).toMatchObject({
      value: { verdict: 'failed', summary: expect.stringContaining(`Cart states skipped="${skipped}"`) },
    })
  })
})

it.each<[string, object, string, string]>([
  ['<testsuites/>', {}, 'failed', '0 tests ran, at least 1 must'],
  ['<testsuite><testcase><skipped/></testcase></testsuite>', {}, 'failed', '0 tests ran, at least 1 must'],
  ['<testsuite><testcase status="notrun"/><testcase/></testsuite>', { minimumTests: 2 }, 'failed', '1 tests ran, at'],
  ['<testsuite><testcase/><testcase/></testsuite>', { minimumTests: 2 }, 'passed', '2 tests'],
  ['<testsuite><testcase/><testcase><skipped/></testcase></testsuite>', { maximumSkipped: 0 }, 'failed', '1 tests are'],
  ['<testsuite><testcase/><testcase><skipped/></testcase></testsuite>', { maximumSkipped: 1 }, 'passed', '1 skipped'],
])('%s with %j has %s: %s', async (report, settings, verdict, words) => {
  expect(await run(report, settings)).toMatchObject({ value: { verdict, summary: expect.stringContaining(words) } })
})

it.each([
  ['', '2026-03-02T12:00:00.000Z'],
  ['timestamp="yesterday"', '2026-03-02T12:00:00.000Z'],
  ['timestamp="2026-02-30T99:00:00Z"', '2026-03-02T12:00:00.000Z'],
  ['timestamp="2026-03-02T11:59:59.5Z"', '2026-03-02T11:59:59.500Z'],
  // Nothing is in a file before it happened.
  ['timestamp="2027-01-01T00:00:00Z"', '2026-03-02T12:00:00.000Z'],
])('a suite with %s is of %s', async (attribute, producedAt) => {
  expect(await run(`<testsuite ${attribute}><testcase/></testsuite>`)).toMatchObject({ value: { producedAt } })
})

describe('refuses', () => {
  const bomb = `<!DOCTYPE t [<!ENTITY a "ha">${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    .map((name) => `<!ENTITY ${name} "${`&${String.fromCharCode(name.charCodeAt(0) - 1)};`.repeat(10)}">`)
    .join('')}]>`
  it.each<[string, string | Uint8Array, string]>([
    [
      'entities that multiply',
      `${bomb}<testsuite name="&i;"><testcase/></testsuite>`,
      'a document type declaration (DTD)',
    ],
    [
      'entities from elsewhere',
      '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/hostname">]><testsuite name="&x;"/>',
      'a document type declaration (DTD) is not read',
    ],
    ['an entity of its own', '<testsuite name="&x;"/>', 'it is not well-formed XML: 1:20: undefined entity'],
    ['half a report', '<testsuite><testcase/>', 'it is not well-formed XML: '],
    ['two reports', '<testsuite/><testsuite/>', 'it is not well-formed XML: '],
    ['nothing', '', 'it is not well-formed XML: '],
    ['a page', '<html/>', 'line 1: it begins with <html>; a JUnit report begins with <testsuites> or <testsuite>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite/>', 'it says that it is ISO-8859-1'],
    ['bytes that are no UTF-8', new Uint8Array([0x3c, 0xff]), 'report.xml is not UTF-8'],
    ['depth', `${'<testsuite>'.repeat(101)}${'</testsuite>'.repeat(101)}`, 'more than 100 elements inside each other'],
  ])('%s', async (_, report, words) => {
    expect(await run(report)).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining(words) },
    })
  })

  it('more than 16 MiB, and reads that much', async () => {
    const report = '<testsuite><testcase/></testsuite>'
    expect(await run(report.padEnd(16 * 1_048_576))).toMatchObject({ value: { verdict: 'passed' } })
    expect(await run(report.padEnd(16 * 1_048_576 + 1))).toMatchObject({
      error: { code: 'rejected', message: expect.stringContaining('is larger than 16 MiB, the most that is read of') },
    })
  })
})

it('says what is missing', async () => {
  rmSync(path)
  expect(await runnerOf().runCheck('main', effectContext())).toEqual({
    ok: false,
    error: { code: 'notFound', message: `main: there is no file ${path}` },
  })
})

it('tells at most fifty suites, and ten names of a suite', async () => {
  const broken = Array.from({ length: 12 }, (_, index) => `<testcase name="t${index}"><failure/></testcase>`).join('')
  const outcome = await run(`<testsuites>${`<testsuite name="s">${broken}</testsuite>`.repeat(60)}</testsuites>`)
  expect(outcome).toMatchObject({
    value: { summary: '720 tests, 720 failed, 0 with errors, 0 skipped', details: { length: 50 } },
  })
  expect(outcome).toMatchObject({
    value: { details: expect.arrayContaining([expect.stringMatching(/ t9 and 2 more$/)]) },
  })
})
