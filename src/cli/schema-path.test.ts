import { expect, it } from 'vitest'
import { schemaPath } from './schema-path.ts'

it.each([
  ['/shop/plans', '/shop/node_modules/tidegate', '../node_modules/tidegate/schemas/plan.schema.json'],
  ['/shop', '/shop/node_modules/tidegate', 'node_modules/tidegate/schemas/plan.schema.json'],
  ['/tidegate/examples/a', '/tidegate', '../../schemas/plan.schema.json'],
  ['/shopping', '/shop/node_modules/tidegate', './plan.schema.json'],
  ['/shop/plans', '/lib/node_modules/tidegate', './plan.schema.json'],
])('from %s with the package in %s: %s', (folder, packageFolder, expected) => {
  expect(schemaPath('plan', folder, packageFolder)).toBe(expected)
})
