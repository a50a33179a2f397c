/** Where a name leads in the DNS: its addresses, and the names it is an alias of. */
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { TlsHost } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { orAbort } from '../with-deadline.ts'

export interface Resolved {
  /** None where the name does not exist. */
  addresses: { address: string; family: number }[]
  /** The chain of CNAME records, in lower case without a dot at the end; looked up only where a name is expected. */
  aliases: string[]
}

const maximumAliases = 8
/** The most addresses that are looked at. */
const maximumAddresses = 32

/** `unavailable`: no answer of the DNS, which says nothing of the name. */
export function resolveHost(
  { host, dnsServers, resolvesTo = [] }: TlsHost,
  signal: AbortSignal,
): Promise<Outcome<Resolved>> {
  const family = isIP(host)
  if (family !== 0) return Promise.resolve(succeed({ addresses: [{ address: host, family }], aliases: [] }))
  const withAliases = resolvesTo.some((expected) => isIP(expected) === 0)
  const resolver = new Resolver()
  if (dnsServers) resolver.setServers(dnsServers)
  // The system's way also reads its hosts file, as every client on this machine does.
  const addresses = () => (dnsServers ? addressesFrom(resolver, host) : lookup(host, { all: true }).catch(noRecord))
  const work = async (): Promise<Outcome<Resolved>> => {
    try {
      const [found, aliases] = await Promise.all([addresses(), withAliases ? aliasesFrom(resolver, host) : []])
      return succeed({ addresses: found.slice(0, maximumAddresses), aliases })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return fail('unavailable', `the name ${host} could not be looked up (${code}); does the DNS server answer?`, code)
    }
  }
  return orAbort(work, `looking up ${host}`, signal).finally(() => resolver.cancel())
}

async function addressesFrom(resolver: Resolver, host: string): Promise<Resolved['addresses']> {
  const [four, six] = await Promise.all([
    resolver.resolve4(host).catch(noRecord),
    resolver.resolve6(host).catch(noRecord),
  ])
  return [...four.map((address) => ({ address, family: 4 })), ...six.map((address) => ({ address, family: 6 }))]
}

async function aliasesFrom(resolver: Resolver, host: string): Promise<string[]> {
  const aliases: string[] = []
  let name: string | undefined = host
  while (name !== undefined && aliases.length < maximumAliases) {
    const [target]: string[] = await resolver.resolveCname(name).catch(noRecord)
    if (target !== undefined) aliases.push(normalName(target))
    name = target
  }
  return aliases
}

export const normalName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** That there is no such name or record is an answer; everything else is none. */
function noRecord(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
  throw error
}
