/** One canary for each way in: a secret that must come out nowhere. Those of text look like what they are; the others the operator names. */
import { createHash } from 'node:crypto'

export interface Canary {
  channel: string
  secret: string
}

/** Different ones, the same in every run; none is real. */
const unique = (channel: string): string =>
  createHash('sha256')
    .update(`canary ${channel}`)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 24)

/** What the operator's file names by reference or holds in its environments and headers. */
export const operatorChannels = [
  'secret of a hook in a variable',
  'secret of a webhook channel in a file',
  'token in a header of a webhook channel',
  'token in the path of a webhook channel',
  'password of a mail channel in a file',
  'token in a header of a metric source',
  'token in a header of an HTTP check',
  'token in a header of a JSON check in a variable',
  'token of a GitHub check in a variable',
  'token of a role of an access matrix in a file',
  'setting of one environment',
  'setting of another environment',
  'password in a database address in the environment of a command',
  'token in the environment of a command',
  'password in the environment of a command, on stderr',
] as const

/** Texts that people and programs write; each line is what somebody would leave there. */
const written: Record<string, (secret: string) => string> = {
  'reason of a pause': (secret) => `password=${secret}`,
  'reason of a skip': (secret) => `used token: ${secret}1`,
  'reason of a reassignment': (secret) => `Authorization: Bearer ${secret}`,
  'reason of an abort': (secret) => `postgres://shop:${secret}@db/shop is down`,
  'reason of a superseding start': (secret) => `api_key=${secret}`,
  'comment of an approval': (secret) => `see https://x.example/?token=${secret}`,
  'comment of a rejection': (secret) => `ghp_${secret}`,
  'name of an accepted warning': (secret) => `password=${secret}`,
  'name of an unknown person': (secret) => `glpat-${secret}`,
  'name of an unknown release': (secret) => `ghp_${secret}`,
  'name of an unknown gate': (secret) => `ghp_${secret}`,
  'name of an unknown step': (secret) => `ghp_${secret}`,
  'summary of a hook': (secret) => `passed with api-key: ${secret}1`,
  'details of a hook': (secret) => `curl -u qa:${secret} https://x.example`,
  'subject of a hook': (secret) => `ghp_${secret}`,
  'name of a hook': (secret) => `ghp_${secret}`,
  'header of a hook that is refused': (secret) => `ghp_${secret}`,
  'body of a hook that is no JSON': (secret) => `{"password": "${secret}1"`,
  'unknown member of a hook': (secret) => `ghp_${secret}`,
  'unknown member of a command': (secret) => `ghp_${secret}`,
  'path of a request': (secret) => `ghp_${secret}`,
  'query of a request': (secret) => `token=${secret}`,
  'stdout of a command': (secret) => `token=${secret}`,
  'stderr of a command': (secret) => `fatal: https://git:${secret}@git.example/x.git not found`,
  'address of an HTTP check with user and password': (secret) => secret,
  'query of the address of an HTTP check': (secret) => secret,
  'parameter of a command in the bindings': (secret) => `ghp_${secret}`,
  'key of the bindings': (secret) => `ghp_${secret}`,
  'argument of a command in the operator file': (secret) => `--password=${secret}`,
  'unknown key of the operator file': (secret) => `ghp_${secret}`,
  'companion document': (secret) => `DB_PASSWORD=${secret}`,
}

export const canaryOf = (channel: string): string => unique(channel)
/** The line that holds it, as it is typed or printed. */
export const textOf = (channel: keyof typeof written): string => {
  const write = written[channel]
  if (!write) throw new Error(`nobody writes into "${channel}"`)
  return write(unique(channel))
}

/** A variable of the controller's own environment that nothing names: no child may see it. */
export const strangerChannel = 'variable of the controller that nothing names'

export const canaries: readonly Canary[] = [...operatorChannels, strangerChannel, ...Object.keys(written)].map(
  (channel) => ({ channel, secret: unique(channel) }),
)
