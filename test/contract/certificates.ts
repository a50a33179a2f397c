/** An authority of its own and certificates by it for TLS tests, made by `openssl`. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** PEM, as `node:https` takes them. */
export interface KeyAndCertificate {
  key: string
  cert: string
}

export interface Authority extends Disposable {
  folder: string
  /** Its own certificate, `ca.pem` in the folder. */
  certificateFile: string
  /** For these subjectAltNames, such as `DNS:localhost`; valid from and to so many days from now. */
  issue(names: string, days?: { from?: number; to?: number }): KeyAndCertificate
  selfSigned(names: string): KeyAndCertificate
}

/** Whether tests can make certificates; says so where they cannot. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write(
      'SKIPPED: there is no openssl on the PATH, so the TLS probe is not tried on real certificates\n',
    )
    return false
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'))
  // `openssl x509` cannot set the first day of a certificate before version 3.4; `openssl ca` can, and wants a folder and a configuration.
  const settings = {
    new_certs_dir: folder,
    database: join(folder, 'index.txt'),
    rand_serial: 'yes',
    default_md: 'sha256',
    policy: 'policy',
    copy_extensions: 'copy',
    unique_subject: 'no',
    email_in_dn: 'no',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(
    join(folder, 'ca.cnf'),
    `[ca]\ndefault_ca = own\n[own]\n${lines.join('\n')}\n[policy]\ncommonName = supplied\n`,
  )
  writeFileSync(settings.database, '')
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const authority = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/O=Tests/CN=Local Authority', '-days', '30']
  openssl('req', '-x509', ...newKey, ...authority)
  return {
    folder,
    certificateFile: join(folder, 'ca.pem'),
    issue(names, { from = -30, to = 60 } = {}) {
      const named = ['-subj', '/CN=server', '-addext', `subjectAltName=${names}`]
      openssl('req', '-new', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', ...named)
      const dates = ['-startdate', timeIn(from), '-enddate', timeIn(to)]
      const signed = ['-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', 'server.csr', '-out', 'server.pem']
      openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', ...signed, ...dates)
      return { key: read('server.key'), cert: read('server.pem') }
    },
    selfSigned(names) {
      const named = ['-subj', '/CN=server', '-addext', `subjectAltName=${names}`, '-days', '60']
      openssl('req', '-x509', ...newKey, '-keyout', 'own.key', '-out', 'own.pem', ...named)
      return { key: read('own.key'), cert: read('own.pem') }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

/** GeneralizedTime as RFC 5280 has it: `20260131235959Z`. */
const timeIn = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
