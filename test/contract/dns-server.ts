/** A real DNS server on loopback for tests: `dnsmasq`, from Debian's package `dnsmasq-base`. */
import { execFileSync, spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './loopback-server.ts'

/** Whether tests can run one; says so where they cannot. */
export function hasDnsmasq(): boolean {
  try {
    execFileSync('dnsmasq', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write('SKIPPED: there is no dnsmasq on the PATH, so the DNS part of the TLS probe is not tried\n')
    return false
  }
}

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  address: string
}

/** Knows these records only, in dnsmasq's options, such as `host-record=a.test,127.0.0.1` and `cname=b.test,a.test`. */
export async function startDns(records: string[]): Promise<DnsServer> {
  const port = await freePort()
  const alone = ['--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--no-daemon', '--pid-file', '--local=/test/']
  const place = ['--listen-address=127.0.0.1', '--bind-interfaces', `--port=${port}`]
  const child = spawn(
    'dnsmasq',
    [...alone, ...place, '--host-record=ready.test,127.0.0.1', ...records.map((r) => `--${r}`)],
    {
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  )
  const address = `127.0.0.1:${port}`
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([address])
  const endMs = Date.now() + 10_000
  while (!(await resolver.resolve4('ready.test').catch(() => undefined))) {
    if (Date.now() > endMs || child.exitCode !== null) throw new Error('dnsmasq does not answer')
    await sleep(20)
  }
  return {
    address,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
    },
  }
}
