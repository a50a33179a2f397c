/**
 * The demo with a store that kills its own process: `CRASH_AT` is a version of the stream, `CRASH_WHEN` says before or after its append is
 * durable. `SPARE_LOOKS` lets looks pass: a stage that has passed is looked at until a person signs, and nobody would ever come to sign.
 */

import { type CliContext, UserError } from '../../src/cli/context.ts'
import { buildProgram } from '../../src/cli/program.ts'
import type { EventStore } from '../../src/ports/event-store.ts'
import { connect } from '../../src/wiring.ts'
import { openDemoWorld } from '../../src/wiring-demo.ts'
import { surveyOperator } from '../../src/wiring-survey.ts'
import { aroundStore } from '../fixtures/around-store.ts'

const crashAt = Number(process.env.CRASH_AT)
const crashWhen = process.env.CRASH_WHEN
const spareLooks = process.env.SPARE_LOOKS === 'yes'

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still alive after SIGKILL')
}

function crashing(store: EventStore): EventStore {
  return aroundStore(store, {
    append: async (stream, expectedVersion, events, options) => {
      const spared = spareLooks && events.every(({ event }) => event.type === 'StageObserved')
      const reached = expectedVersion + events.length >= crashAt && !spared
      if (reached && crashWhen === 'before') die()
      const result = await store.append(stream, expectedVersion, events, options)
      if (reached && crashWhen === 'after') die()
      return result
    },
  })
}

const context: CliContext = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  isTty: false,
  columns: () => 100,
  cwd: process.cwd(),
  env: process.env,
  connect: (stateDir, purpose, operatorFile) => connect(context, stateDir, purpose, operatorFile),
  survey: (stateDir, operatorFile) => surveyOperator(context, stateDir, operatorFile),
  rehearse: () => Promise.reject(new Error('not used here')),
  checkUp: () => Promise.reject(new Error('not used here')),
  audit: () => Promise.reject(new Error('not used here')),
  serveFlags: () => Promise.reject(new Error('not used here')),
  openDemo: (options) => openDemoWorld(context, options, { store: crashing }),
  onInterrupt: () => () => undefined,
  exit: (code) => {
    process.exitCode = code
  },
}

try {
  await buildProgram(context).parseAsync()
} catch (error) {
  process.stderr.write(
    `${error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exitCode = error instanceof UserError ? error.exitCode : 1
}
