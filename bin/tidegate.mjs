#!/usr/bin/env node
/** The `tidegate` command: runs the compiled program in this process, or on the Node 24 from npm where this one is older. */
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)

if (!existsSync(main)) {
  process.stderr.write('Tidegate is not compiled yet. In its folder, run: npm ci (or npm run build)\n')
  process.exitCode = 2
} else if (Number.parseInt(process.versions.node, 10) >= 24) {
  // Beside the code and as trustworthy as it; Node's default is a folder that other users of the machine may write to.
  module.enableCompileCache(fileURLToPath(new URL('../dist/.cache', import.meta.url)))
  await import(main.href)
} else {
  await onNode24()
}

async function onNode24() {
  const { ensureNode24 } = await import('../scripts/node24.mjs')
  const { handOver } = await import('../scripts/hand-over.mjs')
  try {
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
    handOver(ensureNode24(), args, { endWithParent: process.env.npm_command === 'exec' })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
}
