/** Deploys versions as processes on this machine, under the names `<target>@<version>`. */
import { access, constants } from 'node:fs/promises'
import type { z } from 'zod'
import type { ProcessSpec, ProcessTarget } from '../../core/plan/operator.ts'
import type { RunningVersions } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { Deployer } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { withDeadline } from '../with-deadline.ts'
import { isReady } from './probe.ts'
import type { ProcessSupervisor } from './supervisor.ts'

interface ProcessDeployerPorts {
  targets: Readonly<Record<string, z.infer<typeof ProcessTarget>>>
  supervisor: ProcessSupervisor
}

export function createProcessDeployer({ targets, supervisor }: ProcessDeployerPorts): Deployer {
  const nameOf = (target: string, version: string) => `${target}@${version}`

  const readVersion: Deployer['readVersion'] = async (target, { signal, timeoutMs }) => {
    const found = findByName('process target', targets, target)
    if (!found.ok) return found
    const versions = Object.entries(found.value.versions).map(async ([version, { ready }]) => {
      const runs = await supervisor.status(nameOf(target, version))
      return runs ? [{ version, healthy: await isReady(ready, signal, Math.min(timeoutMs, healthTimeoutMs)) }] : []
    })
    const running: RunningVersions = { running: (await Promise.all(versions)).flat() }
    return signal.aborted
      ? fail('unavailable', `the check of ${target} was stopped: ${String(signal.reason)}`)
      : succeed(running)
  }

  return {
    name: 'process',
    readVersion,
    async deploy(target, version, context) {
      const limited = withDeadline(context)
      const found = findByName('process target', targets, target)
      if (!found.ok) return found
      const spec = findByName(`version of ${target}`, found.value.versions, version)
      if (!spec.ok) return spec
      if (limited.signal.aborted)
        return fail('unavailable', `${version} was not deployed: ${String(limited.signal.reason)}`)
      const others = Object.entries(found.value.versions).filter(([other]) => other !== version)
      const replaced = found.value.mode === 'replace' ? others : []
      const stop = (versions: typeof others) =>
        Promise.all(versions.map(([other]) => supervisor.stop(nameOf(target, other))))
      await stop(replaced.filter(([, other]) => sharesPort(other, spec.value)))
      const started = await supervisor.start(nameOf(target, version), spec.value, limited.signal)
      if (!started.ok) return started
      await stop(replaced)
      return readVersion(target, limited)
    },
    async ping(target) {
      const found = findByName('process target', targets, target)
      if (!found.ok) return found
      const problems = await Promise.all(Object.entries(found.value.versions).map(programProblem))
      const problem = problems.find((each) => each !== undefined)
      return problem === undefined ? succeed(undefined) : fail('rejected', `${target}: ${problem}`)
    },
  }
}

/** A health check that takes longer counts as not healthy. */
const healthTimeoutMs = 1_000

/** Two processes cannot listen on one port: the old one must make way first. */
const sharesPort = (one: ProcessSpec, other: ProcessSpec): boolean =>
  new URL(one.ready).host === new URL(other.ready).host

async function programProblem([version, { argv }]: [string, ProcessSpec]): Promise<string | undefined> {
  const [program] = argv
  return access(program, constants.X_OK).then(
    () => undefined,
    () => `the program of ${version}, ${program}, does not exist or cannot be executed`,
  )
}
