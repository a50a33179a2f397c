/** Tickets named anywhere in the text. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { Line } from '../markdown/read-lines.ts'
import { at, isNew, type Reader } from './reader.ts'

/** Standards and severities that look like ticket numbers. */
const lookAlikes =
  /^(?:UTF|SHA|ISO|TLS|SSL|AES|RSA|HTTP|RFC|CVE|CWE|SEV|MD|EC|EN|WCAG|OWASP|PCI|SOC|GPT|COVID|UTC|GMT|IPV|TIER|LEVEL|PHASE|STAGE|DAY|WEEK|GATE|ADR|Q)$/

/** Ticket ids of a line; a link to the tracker gives the address. */
export function addTickets(reader: Reader, line: Line): void {
  const linked = line.links.map(({ text, url }) => ({
    url,
    id: /(?:\/(?:browse|issue|issues)\/)([A-Z][A-Z0-9]{1,9}-\d{1,6})\b/.exec(url)?.[1] ?? ticketIds(text)[0],
  }))
  for (const { id, url } of linked) if (id !== undefined) addTicket(reader, id, at(line), url)
  for (const id of ticketIds(line.text)) addTicket(reader, id, at(line))
}

function ticketIds(text: string): string[] {
  return [...text.matchAll(/(?<![\p{L}\d/_.-])([A-Z][A-Z0-9]{1,9})-\d{1,6}(?![\p{L}\d_-]|\.\d)/gu)]
    .filter(([, key = '']) => !lookAlikes.test(key))
    .map(([id]) => id)
}

function addTicket(reader: Reader, id: string, source: SourceRange, url?: string): void {
  if (!isNew(reader, 'ticket', id)) return
  reader.draft.tickets.push({ source, rule: url ? 'ticket/link' : 'ticket/id', id, ...(url ? { url } : {}) })
}
