/** Which driver serves which of the operator's names. A new vendor is one line here. */
import { join } from 'node:path'
import type { Operator } from './core/plan/operator.ts'
import { createCatalogueRunner } from './drivers/commands/catalogue.ts'
import { createProcessDeployer } from './drivers/deploy/process.ts'
import { createSupervisor } from './drivers/deploy/supervisor.ts'
import { createHttpCheckRunner } from './drivers/evidence/http-check.ts'
import { createFlagdFileSource } from './drivers/flags/flagd-file.ts'
import { createPrometheusSource } from './drivers/metrics/prometheus.ts'
import { createPrometheusTextSource } from './drivers/metrics/prometheus-text.ts'
import { createLogNotifier } from './drivers/notify/log.ts'
import { createEmbeddedProxyRouter } from './drivers/traffic/embedded-proxy.ts'
import type { DriverSet } from './ports/drivers.ts'
import type { Supervisor } from './ports/supervisor.ts'

interface Places {
  stateDir: string
  /** Where relative paths of the operator's file start. */
  workingFolder: string
}

export function operatorDrivers(
  operator: Operator,
  { stateDir, workingFolder }: Places,
): { drivers: DriverSet; supervisor: Supervisor } {
  const supervisor = createSupervisor({ folder: join(stateDir, 'processes'), cwd: workingFolder })
  const proxies = only(operator.targets, 'embedded-proxy')
  const processes = only(operator.targets, 'process')
  const router = createEmbeddedProxyRouter(proxies)
  const deployer = createProcessDeployer({ targets: processes, supervisor })
  const pages = only(operator.metricSources, 'prometheus-text')
  const servers = only(operator.metricSources, 'prometheus')
  const pageMetrics = createPrometheusTextSource(pages)
  const serverMetrics = createPrometheusSource(servers)
  const flags = createFlagdFileSource(operator.flagSources, { folder: workingFolder })
  const checks = createHttpCheckRunner(operator.checks)
  const commands = createCatalogueRunner(operator.commands, { cwd: workingFolder })
  const log = createLogNotifier(
    Object.fromEntries(Object.keys(operator.channels).map((name) => [name, join(stateDir, `${name}.notices.jsonl`)])),
  )
  const drivers: DriverSet = {
    router: (target) => (target in proxies ? router : undefined),
    deployer: (target) => (target in processes ? deployer : undefined),
    metricSource: (source) => (source in pages ? pageMetrics : source in servers ? serverMetrics : undefined),
    flagSource: (source) => (source in operator.flagSources ? flags : undefined),
    // No flag source of today can be written to.
    flagBackend: () => undefined,
    checkRunner: (check) => (check in operator.checks ? checks : undefined),
    commandRunner: (command) => (command in operator.commands ? commands : undefined),
    notifiers: () => Object.keys(operator.channels).map((channel) => ({ channel, notifier: log })),
    close: async () => {
      await Promise.all(
        [router, deployer, pageMetrics, serverMetrics, flags, checks, commands, log].map((driver) => driver.close?.()),
      )
    },
  }
  return { drivers, supervisor }
}

/** The targets of one driver. */
function only<T extends { driver: string }, D extends T['driver']>(
  targets: Readonly<Record<string, T>>,
  driver: D,
): Record<string, Extract<T, { driver: D }>> {
  const isOf = (entry: [string, T]): entry is [string, Extract<T, { driver: D }>] => entry[1].driver === driver
  return Object.fromEntries(Object.entries(targets).filter(isOf))
}
