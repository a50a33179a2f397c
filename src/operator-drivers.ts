/** Which driver serves which of the operator's names. A new vendor is one line here. */
import { join } from 'node:path'
import type { Operator } from './core/plan/operator.ts'
import type { CheckSpec } from './core/plan/operator-checks.ts'
import { createCatalogueRunner } from './drivers/commands/catalogue.ts'
import { createProcessDeployer } from './drivers/deploy/process.ts'
import { createSupervisor } from './drivers/deploy/supervisor.ts'
import { createAccessMatrixRunner } from './drivers/evidence/access-matrix.ts'
import { createCorsCheckRunner } from './drivers/evidence/cors.ts'
import { createGithubApprovalsRunner } from './drivers/evidence/github-approvals.ts'
import { createGithubChecksRunner } from './drivers/evidence/github-checks.ts'
import { createGithubIssuesRunner } from './drivers/evidence/github-issues.ts'
import { createHttpCheckRunner } from './drivers/evidence/http-check.ts'
import { createJsonCheckRunner } from './drivers/evidence/json.ts'
import { createJunitCheckRunner } from './drivers/evidence/junit.ts'
import { createSettingsParityRunner } from './drivers/evidence/settings-parity.ts'
import { createTlsCheckRunner } from './drivers/evidence/tls.ts'
import { createFlagdFileSource } from './drivers/flags/flagd-file.ts'
import { createFlagdFileBackend } from './drivers/flags/flagd-file-backend.ts'
import { createTidegateFlags } from './drivers/flags/tidegate-flags.ts'
import { createStandardWebhookVerifier } from './drivers/hooks/standard-webhook.ts'
import { KnownSecrets } from './drivers/known-secrets.ts'
import { createPrometheusSource } from './drivers/metrics/prometheus.ts'
import { createPrometheusTextSource } from './drivers/metrics/prometheus-text.ts'
import { createLogNotifier } from './drivers/notify/log.ts'
import { createNoticeIds } from './drivers/notify/notice-id.ts'
import { createSmtpNotifier } from './drivers/notify/smtp.ts'
import { createWebhookNotifier } from './drivers/notify/webhook.ts'
import { createEmbeddedProxyRouter } from './drivers/traffic/embedded-proxy.ts'
import { withoutSecrets } from './drivers/without-secrets.ts'
import type { CheckRunner, Driver, DriverSet } from './ports/drivers.ts'
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
  const folder = { folder: workingFolder }
  const flagSources = {
    'flagd-file': createFlagdFileSource(only(operator.flagSources, 'flagd-file'), folder),
    'tidegate-flags': createTidegateFlags(only(operator.flagSources, 'tidegate-flags'), folder),
  }
  const flagBackends = {
    'flagd-file': createFlagdFileBackend(only(operator.flagBackends, 'flagd-file'), folder),
    'tidegate-flags': createTidegateFlags(only(operator.flagBackends, 'tidegate-flags'), folder),
  }
  const checks = checkRunners(operator.checks, { folder: workingFolder })
  const hooks = createStandardWebhookVerifier(operator.hooks, { folder: workingFolder })
  const commands = createCatalogueRunner(operator.commands, {
    cwd: workingFolder,
    begunFile: join(stateDir, 'begun-commands'),
    isShared: operator.store !== undefined,
  })
  const noticeIds = createNoticeIds(join(stateDir, 'store-name'))
  const notifiers = {
    log: createLogNotifier(
      Object.fromEntries(
        Object.keys(only(operator.channels, 'log')).map((name) => [name, join(stateDir, `${name}.notices.jsonl`)]),
      ),
    ),
    smtp: createSmtpNotifier(only(operator.channels, 'smtp'), { noticeIds, folder: workingFolder }),
    webhook: createWebhookNotifier(only(operator.channels, 'webhook'), { noticeIds, folder: workingFolder }),
  }
  const drivers: DriverSet = {
    router: (target) => (target in proxies ? router : undefined),
    deployer: (target) => (target in processes ? deployer : undefined),
    metricSource: (source) => (source in pages ? pageMetrics : source in servers ? serverMetrics : undefined),
    flagSource: (source) => servedBy(flagSources, operator.flagSources, source),
    flagBackend: (backend) => servedBy(flagBackends, operator.flagBackends, backend),
    checkRunner: (check) => servedBy(checks, operator.checks, check),
    commandRunner: (command) => (command in operator.commands ? commands : undefined),
    // A hook that nothing listens for is none.
    hookVerifier: (hook) => (operator.inbound && Object.hasOwn(operator.hooks, hook) ? hooks : undefined),
    notifiers: () =>
      Object.entries(operator.channels).map(([channel, { driver }]) => ({ channel, notifier: notifiers[driver] })),
    close: async () => {
      const alone = [router, deployer, pageMetrics, serverMetrics, commands, hooks]
      const byDriver = [flagSources, flagBackends, checks, notifiers].flatMap((kind): Driver[] => Object.values(kind))
      const all = [...alone, ...byDriver]
      await Promise.all(all.map((driver) => driver.close?.()))
    },
  }
  return { drivers: withoutSecrets(drivers, new KnownSecrets(operator, { folder: workingFolder })), supervisor }
}

/** By driver; each has its own checks only. */
function checkRunners(
  checks: Operator['checks'],
  places: { folder: string },
): Record<CheckSpec['driver'], CheckRunner> {
  return {
    http: createHttpCheckRunner(only(checks, 'http')),
    'github-checks': createGithubChecksRunner(only(checks, 'github-checks'), places),
    'github-approvals': createGithubApprovalsRunner(only(checks, 'github-approvals'), places),
    'github-issues': createGithubIssuesRunner(only(checks, 'github-issues'), places),
    junit: createJunitCheckRunner(only(checks, 'junit'), places),
    json: createJsonCheckRunner(only(checks, 'json'), places),
    tls: createTlsCheckRunner(only(checks, 'tls'), places),
    cors: createCorsCheckRunner(only(checks, 'cors')),
    'access-matrix': createAccessMatrixRunner(only(checks, 'access-matrix'), places),
    'settings-parity': createSettingsParityRunner(only(checks, 'settings-parity'), places),
  }
}

/** The driver of a name; `undefined` for one that the operator does not lend. */
function servedBy<D extends string, T>(
  drivers: Readonly<Record<D, T>>,
  lent: Readonly<Record<string, { driver: D }>>,
  name: string,
): T | undefined {
  const spec = Object.hasOwn(lent, name) ? lent[name] : undefined
  return spec && drivers[spec.driver]
}

/** The targets of one driver. */
function only<T extends { driver: string }, D extends T['driver']>(
  targets: Readonly<Record<string, T>>,
  driver: D,
): Record<string, Extract<T, { driver: D }>> {
  const isOf = (entry: [string, T]): entry is [string, Extract<T, { driver: D }>] => entry[1].driver === driver
  return Object.fromEntries(Object.entries(targets).filter(isOf))
}
