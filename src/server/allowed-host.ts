/**
 * Which names a server answers to. A page in a browser can be made to ask any address under a name of its own (DNS rebinding), and counts as that
 * name's then; addresses cannot be had that way.
 */
import { isIP } from 'node:net'

/** `header`: the request's Host. Addresses and `localhost` always are, other names where they are among `names`; ports do not matter. */
export function isAllowedHost(header: string | undefined, names: readonly string[]): boolean {
  const [, bracketed, plain] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '') ?? []
  if (bracketed !== undefined) return isIP(bracketed) === 6
  const host = bare(plain ?? '')
  return isIP(host) === 4 || host === 'localhost' || (host !== '' && names.some((name) => bare(name) === host))
}

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '')
