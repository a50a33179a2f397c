/** Where editors find the JSON schema of a file: in the package where the project holds it, else beside the file. */
import { join, relative, sep } from 'node:path'

/** From a file in `folder`. `packageFolder` is where Tidegate lies: a checkout, or a package among those of a project. */
export function schemaPath(name: string, folder: string, packageFolder: string): string {
  const [project = packageFolder] = packageFolder.split(`${sep}node_modules${sep}`)
  const isInside = folder === project || folder.startsWith(project + sep)
  if (!isInside) return `./${name}.schema.json`
  return relative(folder, join(packageFolder, 'schemas', `${name}.schema.json`)).replaceAll(sep, '/')
}
