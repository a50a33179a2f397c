// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that syntax is what is tested
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Bindings } from '../../core/plan/bindings.ts'
import { Duration } from '../../core/plan/duration.ts'
import { readYaml } from './read-yaml.ts'

const Shop = z.strictObject({
  service: z.strictObject({ name: z.string(), port: z.int().optional() }),
  deadline: Duration.optional(),
  mode: z.enum(['fast', 'careful']).optional(),
  targets: z
    .record(
      z.string(),
      z.discriminatedUnion('driver', [
        z.strictObject({ driver: z.literal('process') }),
        z.strictObject({ driver: z.literal('proxy'), admin: z.string() }),
      ]),
    )
    .optional(),
  notes: z.array(z.union([z.string(), z.strictObject({ text: z.string() })])).optional(),
  steps: z.array(z.union([z.strictObject({ deploy: z.string() }), z.strictObject({ check: z.string() })])).optional(),
})

/** `line message` of every finding. */
function faults(text: string, schema: z.ZodType = Shop): string[] {
  const { value, diagnostics } = readYaml(text, 'shop.yaml', schema)
  expect(value).toBeUndefined()
  for (const diagnostic of diagnostics)
    expect(diagnostic).toMatchObject({ severity: 'error', source: { file: 'shop.yaml' } })
  return diagnostics.map(({ source, message }) => `${source?.start} ${message}`)
}

describe('readYaml', () => {
  it("gives the value in the schema's terms", () => {
    expect(readYaml('service:\n  name: shop\ndeadline: 10m\n', 'shop.yaml', Shop)).toMatchObject({
      value: { service: { name: 'shop' }, deadline: 600_000 },
      diagnostics: [],
    })
  })

  it.each<[string, string, string[]]>([
    [
      'a misspelt key',
      'sevice:\n  name: shop\n',
      ['1 `service` is missing', '1 unknown key `sevice`, did you mean `service`?'],
    ],
    ['a nested misspelt key', 'service:\n  name: shop\n  prt: 80\n', ['3 unknown key `prt`, did you mean `port`?']],
    ['a wrong type', 'service:\n  name: shop\n  port: eighty\n', ['3 `service.port` must be a number, not this text']],
    [
      'an unknown value',
      'service:\n  name: shop\nmode: quick\n',
      ['3 `mode` must be one of `fast`, `careful`, not this text'],
    ],
    [
      'a message of the schema itself',
      'service:\n  name: shop\ndeadline: soon\n',
      ['3 `deadline` must be a duration such as 500ms, 10s, 15m, 24h or 7d'],
    ],
    [
      'an unknown driver',
      'service: { name: shop }\ntargets:\n  web:\n    driver: magic\n',
      ['4 `driver` must be one of `process`, `proxy`'],
    ],
    [
      'a known driver that lacks a key',
      'service: { name: shop }\ntargets:\n  web:\n    driver: proxy\n',
      ['3 `targets.web.admin` is missing'],
    ],
    [
      'none of several forms',
      'service: { name: shop }\nsteps:\n  - deploy: a\n  - deplo: b\n',
      ['4 `steps[1]` must have one of these forms: `deploy`; `check`'],
    ],
    [
      'one of several forms with a wrong value',
      'service: { name: shop }\nsteps:\n  - check: 5\n',
      ['3 `steps[0].check` must be text, not this number'],
    ],
    [
      'a misspelt key in a value that may be text as well',
      'service: { name: shop }\nnotes:\n  - txt: a\n',
      ['3 `notes[0].text` is missing', '3 unknown key `txt`, did you mean `text`?'],
    ],
    [
      'text with a colon that was not quoted',
      'service: { name: shop }\nnotes:\n  - Error rate: too high\n',
      ['3 `notes[0].text` is missing', '3 unknown key `Error rate`'],
    ],
    ['an empty file', '', ['1 `service` is missing']],
    ['a duplicate key', 'service:\n  name: a\n  name: b\n', ['3 the same key stands twice in one map']],
    ['a merge key', 'a: &a { x: 1 }\nservice:\n  <<: *a\n', ['3 merge keys (`<<`) are not supported']],
    [
      'a prototype key',
      'service:\n  name: a\n  __proto__: { admin: true }\n',
      ['3 the key `__proto__` is not allowed'],
    ],
    ['a tag', 'service: !!js/function "x"\n', ['1 tags (words beginning with "!") are not supported']],
    [
      'two documents',
      'service: { name: a }\n---\nservice: { name: b }\n',
      ['2 the file holds several documents; only one is read'],
    ],
    ['broken syntax', 'service:\n  name: "shop\n', ['3 Missing closing "quote']],
  ])('locates %s', (_, text, expected) => {
    expect(faults(text)).toEqual(expected)
  })

  it('refuses files that are too large, too deep, or full of aliases', () => {
    expect(faults(`# ${'x'.repeat(300_000)}`)).toEqual(['1 the file is larger than 256 KB'])
    expect(faults(`a: ${'['.repeat(70)}${']'.repeat(70)}`)).toEqual(['1 more than 64 levels inside each other'])
    expect(faults(`a: ${'['.repeat(100_000)}`)).toEqual(['1 more than 64 levels inside each other'])
    expect(faults(`a: &a 1\nb: [${'*a, '.repeat(101)}]`)).toEqual(['2 more than 100 aliases'])
  })

  it('refuses aliases that multiply or stand for what they are in', () => {
    const lines = Array.from({ length: 9 }, (_, level) => {
      const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`))
      return `a${level}: &a${level} [${items.join(', ')}]`
    })
    expect(faults(lines.join('\n'))).toEqual(['1 the aliases of the file multiply what it holds beyond measure'])
    expect(faults('a: 1\nb: &b\n  c: *b\n')).toEqual(['3 an alias stands for what it is in'])
  })

  it.each([
    ['a NUL byte', 'service:\n  name: a\0b\n', '2 the line holds a NUL byte'],
    ['a control character', 'a: 1\nb: "\u001b[2J"\n', '2 the line holds the control character U+001B'],
  ])('refuses %s', (_, text, expected) => {
    expect(faults(text)).toEqual([expected])
  })

  it.each([
    ['one endless line', `a: ${'x '.repeat(100_000)}`],
    ['keys without end', Array.from({ length: 20_000 }, (_, number) => `k${number}: v`).join('\n')],
    ['the same key without end', 'a:\n'.repeat(80_000)],
    ['lists in lists', '- '.repeat(100_000)],
    ['explicit keys in each other', '? '.repeat(100_000)],
    ['maps in maps', '{a: '.repeat(60_000)],
    ['broken quotes', '- "'.repeat(80_000)],
    ['anchors without end', '&a '.repeat(80_000)],
    ['directives without end', '%\n'.repeat(100_000)],
    ['aliases of a large list', `a: &a [${'x,'.repeat(100_000)}]\nb: [${'*a,'.repeat(100)}]`],
  ])('answers in time to %s', (_, text) => {
    const started = process.threadCpuUsage()
    expect(faults(text).length).toBeLessThanOrEqual(50)
    expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(5_000)
  })

  it('keeps every value as written on request', () => {
    const schema = z.record(z.string(), z.string())
    const { value } = readYaml('a: 1.10\nb: no\nc:\nd: ~\ne: "x"\n2: 0x1F\n', 'shop.yaml', schema, { asWritten: true })
    expect(value).toEqual({ a: '1.10', b: 'no', c: '', d: '~', e: 'x', 2: '0x1F' })
  })

  it('says from which to which line a value goes', () => {
    const text = 'service:\n  name: shop\n  port: 80\n\nsteps:\n  - deploy: |\n      a\n      b\n  - check: c\n'
    const { span } = readYaml(text, 'shop.yaml', Shop)
    expect(span(['service'])).toMatchObject({ start: 1, end: 3 })
    expect(span(['steps', 0])).toMatchObject({ start: 6, end: 8 })
    expect(span(['steps', 0, 'deploy'])).toMatchObject({ start: 6, end: 8 })
    expect(span(['steps', 1, 'missing'])).toMatchObject({ start: 9, end: 9 })
  })

  it('says where a key stands, or the nearest one above it', () => {
    const { locate } = readYaml('# shop\nservice:\n  name: shop\n', 'shop.yaml', Shop)
    expect(locate(['service', 'name'])).toEqual({ file: 'shop.yaml', start: 3, end: 3 })
    expect(locate(['service', 'port'])).toEqual({ file: 'shop.yaml', start: 2, end: 2 })
  })

  it('never repeats a value, which may be secret', () => {
    const said = JSON.stringify(readYaml('service:\n  name: shop\n  port: hunter2\nmode: hunter2\n', 'shop.yaml', Shop))
    expect(said).not.toContain('hunter2')
    expect(said).toContain('must be')
  })

  it('expands variables in text and points at those that are not set', () => {
    const read = readYaml('service:\n  name: ${NAME:-shop}-${ZONE}\n', 'shop.yaml', Shop, { variables: { ZONE: 'eu' } })
    expect(read.value).toEqual({ service: { name: 'shop-eu' } })
    expect(
      readYaml('service:\n  # where\n  name: ${ZONE}\n', 'shop.yaml', Shop, { variables: {} }).diagnostics,
    ).toMatchObject([
      {
        ruleId: 'YAML_VARIABLE',
        source: { start: 3 },
        message: expect.stringContaining('the variable ZONE is not set'),
      },
    ])
    expect(readYaml('service:\n  name: ${ZONE}\n', 'shop.yaml', Shop).value).toEqual({ service: { name: '${ZONE}' } })
  })

  it('explains faults in the real bindings', () => {
    const found = faults(
      'plan: plan.md\nasks: leads\nservice:\n  name: shop\n  candidate: v2\n  baseline: v1\n  router: edge\n  deployer: web\n  arms: { labl: version }\n  arrivals: { source: prom, total: requests }\nrollback: { deadline: 10x }\n',
      Bindings,
    )
    expect(found).toEqual([
      '9 `service.arms.label` is missing',
      '9 unknown key `labl`, did you mean `label`?',
      '11 `rollback.deadline` must be a duration such as 500ms, 10s, 15m, 24h or 7d',
    ])
  })
})
