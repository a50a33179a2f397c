/** A message as it leaves: within sizes that mail and webhooks carry, its subject in one line. */
import type { Message } from '../../core/release/evidence.ts'

/** What phones and inboxes show is far shorter. */
const maximumSubjectLength = 250
/** Standard Webhooks recommends payloads below 20 kB. */
const maximumBodyLength = 16_000

/** Longer texts end in `…`. Control characters of the subject, line breaks first, become spaces: it is a header of a mail. */
export function boundMessage({ urgency, audience, subject, body }: Message): Message {
  const line = subject.replace(/\p{Cc}+/gu, ' ').trim()
  return { urgency, audience, subject: shorten(line, maximumSubjectLength), body: shorten(body, maximumBodyLength) }
}

const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
