/** Loaded before everything else in a process: plants the bug that the environment names into the source as it is read. No file is changed. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bugs } from './bugs.ts'
import { withBug } from './with-bug.ts'

const name = process.env.PLANTED_BUG
const bug = bugs.find((one) => one.name === name)
if (!bug) throw new Error(`no bug is called '${name}'`)
const core = join(import.meta.dirname, '../../src/core')
const url = pathToFileURL(join(core, bug.file)).href

registerHooks({
  load: (loaded, context, nextLoad) =>
    loaded === url
      ? {
          format: 'module-typescript',
          source: withBug(readFileSync(fileURLToPath(url), 'utf8'), bug),
          shortCircuit: true,
        }
      : nextLoad(loaded, context),
})
