/** What is wrong with a handshake or with where a name leads, in sentences that say what to do. */
import { BlockList, isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { TlsHost } from '../../core/plan/operator-probes.ts'
import { normalName, type Resolved } from './resolve-host.ts'
import type { Handshake } from './tls-handshake.ts'

const dayMs = 86_400_000
/** The most that is shown of a text of the other side. */
const shownLength = 200
// A certificate may hold any characters, and evidence is read in terminals.
const shown = (text: string): string => text.replace(/\p{C}+/gu, ' ').slice(0, shownLength)

/** Protocol, issuer, expiry and address, or the handshake that failed. */
export function describeCertificate(handshake: Handshake, nowMs: number): string {
  if ('refused' in handshake) return `no handshake (${handshake.refused})`
  const { certificate, protocol, address } = handshake
  const { expiry, daysLeft } = datesOf(certificate, nowMs)
  return `${protocol} at ${address}, issued by ${issuerOf(certificate)}, expires ${expiry} (${daysLeft} days left)`
}

export function problemsOfHandshake(handshake: Handshake, target: TlsHost, nowMs: number): string[] {
  if ('refused' in handshake) return [refusalOf(handshake.refused, target)]
  const { certificate, chainError } = handshake
  const dated = problemOfDates(certificate, target, nowMs)
  // OpenSSL names one fault of the chain; the dates of this certificate have their own sentence.
  const isSaid = dated !== undefined && (chainError === 'CERT_HAS_EXPIRED' || chainError === 'CERT_NOT_YET_VALID')
  const untrusted = chainError === undefined || isSaid ? undefined : problemOfChain(chainError, certificate)
  return [untrusted, problemOfName(certificate, target), dated].filter((problem) => problem !== undefined)
}

/** Every address must be among those expected, unless the name is an alias of one. */
export function problemsOfAddresses({ addresses, aliases }: Resolved, resolvesTo: readonly string[]): string[] {
  if (aliases.some((alias) => resolvesTo.map(normalName).includes(alias))) return []
  const expected = new BlockList()
  for (const address of resolvesTo.filter((text) => isIP(text) !== 0)) expected.addAddress(address, familyOf(address))
  const strangers = addresses.filter(({ address }) => !expected.check(address, familyOf(address)))
  if (strangers.length === 0) return []
  const found = [...aliases, ...strangers.map(({ address }) => address)].join(', ')
  return [
    `the name resolves to ${found}, expected ${resolvesTo.join(' or ')}: change the DNS record, or wait for its TTL`,
  ]
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

function refusalOf(code: string, { port }: TlsHost): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code))
    return `what listens on port ${port} does not speak TLS: correct the port, or turn TLS on`
  if (/PROTOCOL/.test(code)) return 'it offers no TLS 1.2 or later: turn TLS 1.2 and 1.3 on at the server'
  return 'it ended the handshake: look for the reason in the log of the server'
}

function datesOf({ valid_from, valid_to }: PeerCertificate, nowMs: number) {
  const [startMs, endMs] = [Date.parse(valid_from), Date.parse(valid_to)]
  return { startMs, endMs, expiry: dateOf(endMs), daysLeft: Math.floor((endMs - nowMs) / dayMs) }
}

const dateOf = (ms: number): string =>
  Number.isNaN(ms) ? 'at an unknown time' : new Date(ms).toISOString().slice(0, 10)

function problemOfDates(certificate: PeerCertificate, { minimumDaysLeft }: TlsHost, nowMs: number): string | undefined {
  const { startMs, endMs, expiry, daysLeft } = datesOf(certificate, nowMs)
  if (nowMs < startMs) return `it is valid only from ${dateOf(startMs)}: check the clocks, or install it then`
  if (nowMs >= endMs) return `it expired on ${expiry}: renew it, and have the server load it`
  // Not a number of days is not enough days.
  if (daysLeft >= minimumDaysLeft) return undefined
  return `${daysLeft} days are fewer than the ${minimumDaysLeft} asked for: renew it, and have the server load it`
}

function problemOfName(certificate: PeerCertificate, { host, serverName = host }: TlsHost): string | undefined {
  if (checkServerIdentity(serverName, certificate) === undefined) return undefined
  const names = shown(certificate.subjectaltname ?? 'no name')
  return `it is for ${names}, not for ${serverName}: install the one for this name, or correct the name`
}

function problemOfChain(code: string, certificate: PeerCertificate): string {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return 'it is self-signed: install one of an authority that clients trust, or name it in `ca`'
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `an authority in its chain is out of date (${code}): have the server send the present chain`
  return `its issuer ${issuerOf(certificate)} is not trusted (${code}): have the server send the intermediate certificates, or name the authority in \`ca\``
}

function issuerOf({ issuer }: PeerCertificate): string {
  const names = [issuer?.O, issuer?.CN].flat().filter((name) => name !== undefined)
  return names.length === 0 ? 'an issuer without a name' : JSON.stringify(shown(names.join(', ')))
}
