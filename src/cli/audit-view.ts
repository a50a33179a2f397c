/** What `tidegate audit verify` says to people. */
import type { AuditFinding, AuditReport } from '../core/audit/log-audit.ts'
import { plainText } from './styled-line.ts'

export function auditView(report: AuditReport): string[] {
  const { verdict, events, findings, omitted, checkpointProblems, torn } = report
  const lines = [
    {
      intact: 'The log is as it was sealed.',
      unvouched: 'No checkpoint vouches for this log.',
      broken: 'The log or its checkpoints were changed.',
    }[verdict],
    `${counted(events, 'event')}, ${sealedLine(report)}`,
    ...findings.map(findingLine),
    ...(omitted > 0 ? [`  and ${omitted} more`] : []),
    ...checkpointProblems.map(
      ({ file, line, message }) => `  checkpoints ${file === undefined ? '' : `${file} `}line ${line}: ${message}`,
    ),
    ...(torn > 0
      ? [`${counted(torn, 'line')} of the checkpoints could not be read: left half written by a crash, or spoilt`]
      : []),
  ]
  return lines.map(plainText)
}

function sealedLine({ events, sealed, checkpoints, sealedAt }: AuditReport): string {
  if (sealed === 0) return 'each follows its predecessor; whether they are the ones that were written, nothing says'
  const rest = events - sealed
  const open = rest > 0 ? `; nothing vouches yet for the ${counted(rest, 'event')} after that` : ''
  return `${sealed} under ${counted(checkpoints, 'checkpoint')}, the newest of ${sealedAt}${open}`
}

function findingLine({ event, until, stream, version, position, message }: AuditFinding): string {
  const where = until !== undefined && until !== event ? `events ${event} to ${until}` : `event ${event}`
  const what = stream === undefined ? '' : ` (version ${version} of ${stream}, position ${position})`
  return `  ${where}${until === undefined ? what : ''}: ${message}`
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
