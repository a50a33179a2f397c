/** `tidegate audit`: shows that the event log is as it was written, exports it, and makes the keys for that. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { AuditRequest } from './audit-tools.ts'
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'

interface Options {
  log?: string
  checkpoints: string[]
  key?: string
  operator?: string
  json?: boolean
}

export const auditCommand: RegisterCommand = (program, context) => {
  const audit = program.command('audit').description('show that the event log is as it was written, or export it')
  verifyCommand(audit, program, context)
  exportCommand(audit, program, context)
  proveCommand(audit, program, context)
  witnessCommand(audit, program, context)
  keygenCommand(audit, context)
}

function verifyCommand(audit: Command, program: Command, context: CliContext): void {
  withSources(audit.command('verify'))
    .description('compare the log with its signed checkpoints, and name the first event that is wrong')
    .option('--json', 'print one JSON object')
    .action(async (options: Options) => {
      const report = await (await context.audit()).verify(requestOf(program, context, options))
      const { auditView } = await import('./audit-view.ts')
      if (options.json) context.out(JSON.stringify(report))
      else for (const line of auditView(report)) context.out(line)
      const codes = { intact: exitCodes.ok, unvouched: exitCodes.undecided, broken: exitCodes.failed }
      context.exit(codes[report.verdict])
    })
}

const exportFormats = ['jsonl', 'cloudevents', 'cloudevents-batch']

function exportCommand(audit: Command, program: Command, context: CliContext): void {
  audit
    .command('export')
    .description('write every event to stdout, in the order of the log')
    .option('--format <format>', exportFormats.join(', '), 'jsonl')
    .option('--origin <uri>', 'what the source of each CloudEvent begins with, such as https://tidegate.example', '')
    .option('--log <file>', 'an exported log (default: the store of the state folder)')
    .action(async ({ format, origin, log }: { format: string; origin: string; log?: string }) => {
      if (!exportFormats.includes(format))
        throw new UserError(`--format takes ${exportFormats.join(', ')}, not "${format}"`)
      if (origin !== '' && !URL.canParse(origin)) throw new UserError(`--origin takes a URI, not "${origin}"`)
      const { toCloudEvent } = await import('../core/audit/cloud-event.ts')
      const uri = origin.replace(/\/+$/, '')
      const isBatch = format === 'cloudevents-batch'
      let before = isBatch ? '[' : ''
      for await (const event of (await context.audit()).events({ stateDir: stateDirOf(program, context), log })) {
        context.out(`${before}${JSON.stringify(format === 'jsonl' ? event : toCloudEvent(event, uri))}`)
        if (isBatch) before = ','
      }
      if (isBatch) context.out(before === '[' ? '[]' : ']')
      context.exit(exitCodes.ok)
    })
}

function proveCommand(audit: Command, program: Command, context: CliContext): void {
  withSources(audit.command('prove'))
    .description('write a proof that an event lies under the newest checkpoint (c2sp.org/tlog-proof)')
    .argument('<release>', 'its release, such as r1')
    .argument('<version>', 'its version in the release, from 1 on')
    .option('--json', 'print one JSON object with the event and its proof')
    .action(async (releaseId: string, text: string, options: Options) => {
      const version = Number(text)
      if (!Number.isInteger(version) || version < 1)
        throw new UserError(`a version is a number from 1 on, not "${text}"`)
      const tools = await context.audit()
      const { event, proof } = await tools.prove(requestOf(program, context, options), { releaseId, version })
      context.out(options.json ? JSON.stringify({ event, proof }) : proof.trimEnd())
      context.exit(exitCodes.ok)
    })
}

function witnessCommand(audit: Command, program: Command, context: CliContext): void {
  withSources(audit.command('witness'))
    .description(
      'write what a witness is sent: the newest checkpoint, and the proof that it only grew (c2sp.org/tlog-witness)',
    )
    .option('--since <size>', 'events that the witness has seen', '0')
    .action(async (options: Options & { since: string }) => {
      const since = Number(options.since)
      if (!Number.isSafeInteger(since) || since < 0)
        throw new UserError(`--since takes a number of events, not "${options.since}"`)
      const tools = await context.audit()
      context.out((await tools.growth(requestOf(program, context, options), since)).trimEnd())
      context.exit(exitCodes.ok)
    })
}

function keygenCommand(audit: Command, context: CliContext): void {
  audit
    .command('keygen')
    .description('make a signing key for checkpoints; prints the verifier key, which everybody may know')
    .requiredOption('--name <name>', 'what it signs as, such as example.com/tidegate')
    .requiredOption('--out <file>', 'where the signing key goes; a file that is there stays')
    .option('--json', 'print one JSON object')
    .action(async ({ name, out, json }: { name: string; out: string; json?: boolean }) => {
      const file = resolve(context.cwd, out)
      // A key that is replaced takes everything with it that it signed.
      if (existsSync(file)) throw new UserError(`${out} is there already: name another file, or move that key away`)
      const { signer, verifier } = (await context.audit()).makeKeys(name)
      const { writeWholeFile } = await import('./write-whole-file.ts')
      await writeWholeFile(file, out, `${signer}\n`, false, 0o600)
      context.err(
        `The signing key is in ${out}: name it as audit.key in the operator's file. Keep the verifier key elsewhere:`,
      )
      context.out(json ? JSON.stringify({ file: out, verifier }) : verifier)
      context.exit(exitCodes.ok)
    })
}

function withSources(command: Command): Command {
  return command
    .option('--log <file>', 'an exported log (default: the store of the state folder)')
    .option('--checkpoints <file...>', "files of checkpoints (default: the operator's)", [])
    .option('--key <key>', "the verifier key, or a file that holds it (default: that of the operator's key)")
    .option('--operator <file>', 'where both stand otherwise (default: the one that last ran here)')
}

const stateDirOf = (program: Command, { cwd }: CliContext): string =>
  resolve(cwd, program.opts<{ state: string }>().state)

function requestOf(program: Command, context: CliContext, options: Options): AuditRequest {
  const { log, checkpoints, key, operator: operatorFile } = options
  return { stateDir: stateDirOf(program, context), log, checkpoints, key, operatorFile }
}
