/** A connection that lives no longer than its signal. */
import { connect, isIP, type Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { connect as connectTls } from 'node:tls'

export interface Address {
  /** A name or an address, IPv6 without brackets. */
  host: string
  port: number
}

/** Settles once connected (with `tls`: once the certificate has proved good), and rejects with the system's error. The abort destroys the socket at any time. */
export function openSocket(
  { host, port }: Address,
  { tls = false, signal }: { tls?: boolean; signal: AbortSignal },
): Promise<Socket> {
  const socket = tls ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) }) : connect({ host, port })
  return new Promise((resolve, reject) => {
    // It stays: an abort later on is an error event too.
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once(tls ? 'secureConnect' : 'connect', () => resolve(socket))
    addAbortSignal(signal, socket)
  })
}
