/** One TLS handshake as a client makes it, looked at and not judged: nothing is sent after it. */
import { isIP, type LookupFunction } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { connect, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsHost } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { stoppedBy } from '../with-deadline.ts'
import type { Resolved } from './resolve-host.ts'

/** `refused` is the code of a handshake that failed, such as `ERR_SSL_UNSUPPORTED_PROTOCOL`. */
export type Handshake =
  | { refused: string }
  | {
      certificate: PeerCertificate
      /** Why the chain is not trusted, as OpenSSL calls it, such as `CERT_HAS_EXPIRED`; the name is not looked at here. */
      chainError: string | undefined
      /** Such as `TLSv1.3`; at least 1.2. */
      protocol: string
      address: string
    }

/** `unavailable`: nothing answers there, or the connection broke off. */
export function shakeHands(
  { host, port, serverName = host }: TlsHost,
  addresses: Resolved['addresses'],
  { secureContext, signal }: { secureContext: SecureContext; signal: AbortSignal },
): Promise<Outcome<Handshake>> {
  const what = `the handshake with ${host}:${port}`
  if (signal.aborted) return Promise.resolve(stoppedBy(signal, what))
  const { promise, resolve } = Promise.withResolvers<Outcome<Handshake>>()
  const options = {
    host,
    port,
    // A literal address has no place in SNI, RFC 6066, section 3.
    ...(isIP(serverName) === 0 && { servername: serverName }),
    autoSelectFamily: true,
    lookup: ((_, __, done) => done(null, addresses)) satisfies LookupFunction,
    secureContext,
    // All that is wrong is to be said, not the first thing only.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  }
  const socket = connect(options)
  addAbortSignal(signal, socket)
  socket.on('secureConnect', () => {
    resolve(succeed(seenOn(socket)))
    socket.destroy()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const { code = 'unknown error' } = error
    if (signal.aborted) resolve(stoppedBy(signal, what))
    else if (code.startsWith('ERR_SSL_')) resolve(succeed({ refused: code }))
    else if (code === 'ECONNREFUSED')
      resolve(fail('unavailable', `nothing listens at ${host}:${port}; is it running?`, code))
    else resolve(fail('unavailable', `${what} broke off (${code})`, code))
  })
  socket.on('close', () => resolve(fail('unavailable', `${what} was ended by the server`)))
  return promise
}

function seenOn(socket: TLSSocket): Handshake {
  return {
    certificate: socket.getPeerCertificate(),
    // Typed as an error, it is its code.
    chainError: socket.authorized ? undefined : String(socket.authorizationError),
    protocol: socket.getProtocol() ?? 'unknown protocol',
    address: socket.remoteAddress ?? 'unknown address',
  }
}
