/** Probes names and certificates: what a name resolves to, whether clients trust the certificate there, and for how long they will. */
import { createHash, X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { TlsCheck, TlsHost } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { readTextFile } from '../read-text-file.ts'
import { withDeadline } from '../with-deadline.ts'
import { askEach } from './ask-each.ts'
import { describeCertificate, problemsOfAddresses, problemsOfHandshake } from './judge-certificate.ts'
import { resolveHost } from './resolve-host.ts'
import { shakeHands } from './tls-handshake.ts'

/** What one host showed, in one line, and what is wrong with it. */
interface Finding {
  seen: string
  problems: string[]
}

/** Relative paths of `ca` start at `folder`. A host that cannot be reached makes the whole check `unavailable` or `timeout`. */
export function createTlsCheckRunner(
  checks: Readonly<Record<string, TlsCheck>>,
  { folder }: { folder: string },
): CheckRunner {
  return {
    name: 'tls',
    async runCheck(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const limited = withDeadline(context)
      const { hosts } = found.value
      const findings = await askEach(hosts, (host) => probe(host, folder, limited))
      if (!findings.ok) return fail(findings.error.code, `${check}: ${findings.error.message}`, findings.error.cause)
      const details = findings.value.map(({ seen, problems }) => [seen, ...problems].join('; '))
      const wrong = hosts.filter((_, index) => (findings.value[index]?.problems ?? []).length > 0)
      return succeed({
        verdict: wrong.length === 0 ? 'passed' : 'failed',
        summary:
          wrong.length === 0
            ? `${hosts.length} of ${hosts.length} hosts as expected`
            : `${wrong.length} of ${hosts.length} hosts not as expected: ${wrong.map(({ host }) => host).join(', ')}`,
        details,
        digest: createHash('sha256').update(details.join('\n')).digest('hex'),
      })
    },
    async ping(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const trusted = await askEach(found.value.hosts, ({ ca }) => trustOf(ca, folder, withDeadline(context)))
      return trusted.ok ? succeed(undefined) : trusted
    },
  }
}

async function probe(target: TlsHost, folder: string, context: DriverContext): Promise<Outcome<Finding>> {
  const { host, port, resolvesTo } = target
  const place = `${host}:${port}`
  const trust = await trustOf(target.ca, folder, context)
  if (!trust.ok) return trust
  const resolved = await resolveHost(target, context.signal)
  if (!resolved.ok) return resolved
  const strangers = resolvesTo === undefined ? [] : problemsOfAddresses(resolved.value, resolvesTo)
  if (resolved.value.addresses.length === 0)
    return succeed({ seen: place, problems: ['the name does not resolve: create its DNS record, or correct the host'] })
  const { signal } = context
  const handshake = await shakeHands(target, resolved.value.addresses, { secureContext: trust.value, signal })
  if (!handshake.ok) return handshake
  return succeed({
    seen: `${place}: ${describeCertificate(handshake.value, Date.now())}`,
    problems: [...strangers, ...problemsOfHandshake(handshake.value, target, Date.now())],
  })
}

/** The system's authorities and those of NODE_EXTRA_CA_CERTS; on a machine without any, Mozilla's as Node brings them. */
function systemAuthorities(): string[] {
  const own = [...getCACertificates('system'), ...getCACertificates('extra')]
  return own.length > 0 ? own : getCACertificates('bundled')
}

async function trustOf(
  ca: string | undefined,
  folder: string,
  context: DriverContext,
): Promise<Outcome<SecureContext>> {
  if (ca === undefined) return succeed(createSecureContext({ ca: systemAuthorities(), minVersion: 'TLSv1.2' }))
  const text = await readTextFile(resolve(folder, ca), 'a file of certificates in PEM', context)
  if (!text.ok) return text
  const blocks = text.value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  // A secure context would pass over what it cannot read.
  if (blocks.length === 0 || !blocks.every(isCertificate))
    return fail('rejected', `${ca} holds no certificate, or one that cannot be read; it must be in PEM`)
  return succeed(createSecureContext({ ca: blocks, minVersion: 'TLSv1.2' }))
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0
  } catch {
    return false
  }
}
