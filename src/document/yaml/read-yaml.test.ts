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
    ['an empty file', '', ['1 `service` is missing']],
    ['a duplicate key', 'service:\n  name: a\n  name: b\n', ['3 the same key stands twice in one map']],
    ['a merge key', 'a: &a { x: 1 }\nservice:\n  <<: *a\n', ['3 merge keys (`<<`) are not supported']],
    [
      'a prototype key',
      'service:\n  name: a\n  __proto__: { admin: true }\n',
      ['3 the key `__proto__` is not allowed'],
    ],
    ['an alias of nothing', 'a: *nowhere\n', ['1 nothing before `*nowhere` is named so']],
    ['an alias inside what it names', 'a: &a\n  b: *a\n', ['2 `*a` stands inside what it names']],
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
    expect(faults(`a: ${'['.repeat(100_000)}`)).toEqual(['1 the file is nested too deep to be read'])
    expect(faults(`a: &a 1\nb: [${'*a, '.repeat(101)}]`)).toEqual(['2 more than 100 aliases'])
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
