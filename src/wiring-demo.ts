/** Wires the demo: the example's folder, ports and fault as variables of its operator file, and a controller over it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CliContext, type DemoOptions, type DemoWorld, exitCodes, UserError } from './cli/context.ts'
import { openDemo } from './demo/open-demo.ts'
import { DemoFailure, Surroundings } from './demo/surroundings.ts'
import { connectToController } from './server/socket-client.ts'
import { type Around, openController } from './wiring.ts'

/** Ports of the demo, counted from its first one. */
const portOffsets = {
  PORT_PROXY: 0,
  PORT_PROXY_ADMIN: 1,
  PORT_SMTP: 2,
  PORT_MAILBOX: 3,
  PORT_USERS: 4,
  PORT_BASELINE: 11,
  PORT_CANDIDATE: 12,
  PORT_STAGING: 21,
}

export async function openDemoWorld(
  context: CliContext,
  options: DemoOptions,
  around: Around = {},
): Promise<DemoWorld> {
  const exampleFolder = resolve(
    context.cwd,
    options.example ?? join(import.meta.dirname, '..', 'examples', 'classmatefinder'),
  )
  const operatorFile = join(exampleFolder, 'operator.yaml')
  if (!existsSync(operatorFile))
    throw new UserError(
      `there is no example at ${exampleFolder}: run the demo in a clone of Tidegate, or name a folder with --example`,
    )
  if (await connectToController(options.stateDir)) {
    throw new UserError(`a controller is at work in ${options.stateDir} already; follow it with: tidegate watch`)
  }
  const ports = Object.entries(portOffsets).map(([name, offset]) => [name, `${options.portBase + offset}`])
  const variables = { ...Object.fromEntries(ports), FAULT: options.fault }
  const controller = await openController(context, options.stateDir, { operatorFile, variables }, { around })
  const { operator, drivers, supervisor, dataFolder, api } = controller
  const sessionFile = join(options.stateDir, 'demo.json')
  const surroundings = new Surroundings({ operator, drivers, supervisor, dataFolder, sessionFile })
  const connect = async () => (await connectToController(options.stateDir)) ?? api
  const world = await explained(async () => {
    try {
      return await openDemo({
        options,
        api,
        connect,
        closeController: controller.close,
        operator,
        surroundings,
        exampleFolder,
      })
    } catch (error) {
      // Nobody would follow up on an open controller.
      await controller.close()
      throw error
    }
  })
  return { ...world, reset: () => explained(world.reset), resume: () => explained(world.resume) }
}

async function explained<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw error instanceof DemoFailure ? new UserError(error.message, exitCodes.failed) : error
  }
}
