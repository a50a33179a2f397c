/** The demo's world: the example's surroundings and a controller over them, in one state folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { DemoOptions, DemoWorld } from '../cli/context.ts'
import { Bindings } from '../core/plan/bindings.ts'
import { formatDiagnostic } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import { readYaml } from '../document/yaml/read-yaml.ts'
import type { ControllerApi, StartRequest } from '../server/contract.ts'
import { signAsDemoPeople } from './people.ts'
import { DemoFailure, type Surroundings } from './surroundings.ts'

export interface DemoParts {
  options: DemoOptions
  /** This process's controller. */
  api: ControllerApi
  /** The same controller as anyone reaches it; the demo people sign over it. */
  connect(): Promise<ControllerApi>
  closeController(): Promise<void>
  operator: Operator
  surroundings: Surroundings
  exampleFolder: string
}

/** Warnings of the example's document that the demo accepts by name, as a person would at start. */
const acknowledged = [
  'APPROVED_UNCHECKED',
  'FINAL_STAGE_UNGATED',
  'PLACEHOLDER',
  'PRETICKED',
  'STATUS_CONFLICT',
  'NO_OWNER',
]

/** A release that is being taken back is waited for this long. */
const takeBackMs = 15_000

export async function openDemo(parts: DemoParts): Promise<DemoWorld> {
  const { options, api, operator, surroundings, exampleFolder } = parts
  const planFile = join(exampleFolder, 'ROLLOUT.md')
  const bindingsFile = join(exampleFolder, 'tidegate.yaml')
  const shown = (file: string) => relative(options.cwd, file)
  const request = {
    document: { path: shown(planFile), text: await readText(planFile) },
    bindings: { path: shown(bindingsFile), text: await readText(bindingsFile) },
  }
  const { value: bindings, diagnostics } = readYaml(request.bindings.text, request.bindings.path, Bindings)
  if (!bindings) throw new DemoFailure(diagnostics.map(formatDiagnostic).join('\n'))
  const actor = bindings.author ?? Object.keys(operator.people)[0] ?? ''

  const takeBack = async (releaseId: string) => {
    await api.command(releaseId, { actor, command: { type: 'abort', reason: 'the demo ends' } })
    for (const untilMs = Date.now() + takeBackMs; Date.now() < untilMs; await pause(100)) {
      const answer = await api.release(releaseId)
      if (!answer.ok || answer.value.rollback?.readBackMs != null || answer.value.status !== 'RollingBack') return
    }
  }
  return {
    api,
    url: `http://127.0.0.1:${options.portBase}`,
    interrupted: await interruptedRelease(parts),
    resume: () => surroundings.resume(bindings),
    takeBack,
    reset: async () => {
      for (const releaseId of await unfinished(api)) {
        await surroundings.resume(bindings)
        await takeBack(releaseId)
      }
      await surroundings.remember({ scenario: options.scenario, releaseId: null })
      await surroundings.reset(bindings)
    },
    start: async (speed) => {
      const answer = await api.start({ ...request, actor, speed, acknowledge: acknowledged } satisfies StartRequest)
      if (answer.ok) await surroundings.remember({ scenario: options.scenario, releaseId: answer.value.releaseId })
      return answer
    },
    signAsDemoPeople: async (releaseId, signal) => signAsDemoPeople(await parts.connect(), releaseId, operator, signal),
    writeReport: async (releaseId, markdown) => {
      const path = join(options.stateDir, 'reports', `${releaseId}.md`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, markdown)
      return path
    },
    close: async () => {
      await parts.closeController()
      await surroundings.stop()
      await surroundings.forget()
    },
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DemoFailure(
      `cannot read ${file} (${error.code}); an example has ROLLOUT.md, tidegate.yaml and operator.yaml`,
    )
  })
}

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))

async function unfinished(api: ControllerApi): Promise<string[]> {
  const releases = await api.releases()
  return releases.ok ? releases.value.filter(({ over }) => !over).map(({ releaseId }) => releaseId) : []
}

/** What a killed run of the same scenario left: the release it had noted, or the one it had just begun. */
async function interruptedRelease({ options, api, surroundings }: DemoParts): Promise<string | null> {
  const session = await surroundings.session()
  if (session?.scenario !== options.scenario) return null
  if (session.releaseId !== null) return session.releaseId
  const [begun] = await unfinished(api)
  // Noted now: once it is over, nothing tells it from a release of an earlier run.
  if (begun !== undefined) await surroundings.remember({ ...session, releaseId: begun })
  return begun ?? null
}
