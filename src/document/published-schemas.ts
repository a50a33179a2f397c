/** The JSON schemas that editors complete and check our YAML files with, made from the schemas that read them. Draft 7 is what editors know. */
import { z } from 'zod'
import { FlagRegister } from '../core/flags/register/flag-register.ts'
import { Bindings } from '../core/plan/bindings.ts'
import { Operator } from '../core/plan/operator.ts'
import { PlanYaml } from './plan-yaml/plan-yaml.ts'

const sources = {
  plan: { schema: PlanYaml, title: 'Tidegate plan', description: 'A rollout plan in YAML: docs/plan-format.md' },
  tidegate: {
    schema: Bindings,
    title: 'Tidegate bindings',
    description: 'tidegate.yaml: what the words of a plan mean',
  },
  operator: {
    schema: Operator,
    title: 'Tidegate operator',
    description: 'operator.yaml: people, targets, sources, checks and commands that plans may use',
  },
  flags: { schema: FlagRegister, title: 'Tidegate flags', description: 'A register of flags: docs/flags.md' },
} as const

export type SchemaName = keyof typeof sources
export const schemaNames = Object.keys(sources) as SchemaName[]

export function publishedSchema(name: SchemaName): z.core.JSONSchema.BaseSchema {
  const { schema, title, description } = sources[name]
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod leaves out examples of values that it transforms; ours are of what is written.
      const examples = z.globalRegistry.get(zodSchema)?.examples
      if (Array.isArray(examples)) jsonSchema.examples = examples
    },
  })
  const { $schema, ...rest } = made
  return { ...($schema ? { $schema } : {}), title, description, ...rest }
}

/** As the file in `schemas/` holds it. */
export function schemaText(name: SchemaName): string {
  return `${JSON.stringify(publishedSchema(name), undefined, 2)}\n`
}
