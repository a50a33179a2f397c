/** What the YAML parser lets pass and no file of ours may hold: deep nesting, many aliases, doubled and dangerous keys. */
import { type Alias, type Document, isAlias, isCollection, isMap, isNode, isScalar, visit, type YAMLMap } from 'yaml'
import { depthLimit, type YamlReport } from './parse-yaml.ts'

const aliasLimit = 100

export function checkYamlNodes(document: Document.Parsed, report: YamlReport): void {
  let aliases = 0
  visit(document, (_, node, path) => {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    if (isAlias(node)) {
      aliases += 1
      if (!node.resolve(document)) {
        const hint = 'put text that begins with * in quotes'
        report('YAML_ALIASES', offset, 'an alias (`*name`) stands for nothing', hint)
        return visit.BREAK
      }
      if (aliases > aliasLimit || isInsideItself(node, path)) {
        const message = aliases > aliasLimit ? `more than ${aliasLimit} aliases` : 'an alias stands for what it is in'
        report('YAML_ALIASES', offset, message, 'write the values out')
        return visit.BREAK
      }
    }
    if (path.length > depthLimit && path.filter(isCollection).length > depthLimit) {
      report('YAML_TOO_DEEP', offset, `more than ${depthLimit} levels inside each other`, 'write it flatter')
      return visit.BREAK
    }
    if (isMap(node)) checkKeys(node, report)
    return undefined
  })
}

function isInsideItself({ source }: Alias, path: readonly unknown[]): boolean {
  return path.some((ancestor) => isCollection(ancestor) && ancestor.anchor === source)
}

function checkKeys(map: YAMLMap, report: YamlReport): void {
  const known = new Set<string>()
  for (const { key } of map.items) {
    const name = isScalar(key) ? key.value : undefined
    const offset = isNode(key) ? (key.range?.[0] ?? 0) : (map.range?.[0] ?? 0)
    if (name === '__proto__') report('YAML_KEY', offset, 'the key `__proto__` is not allowed', 'take it out')
    else if (name === '<<') report('YAML_KEY', offset, 'merge keys (`<<`) are not supported', 'write the values out')
    else if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean')
      report('YAML_KEY', offset, 'a key has to be plain text', 'name the key')
    else if (known.has(String(name)))
      report('YAML_SYNTAX', offset, 'the same key stands twice in one map', 'take one of them out')
    known.add(String(name))
  }
}
