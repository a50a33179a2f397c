/** Owners, leads and approvers, and what the document says of approvals; a name in a document gives nobody a power. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import { isNew, type Reader } from './reader.ts'

type OwnerRole = 'owner' | 'lead' | 'contributor' | 'approver'

/** "Billing (lead), Search" names two; the same name counts once. */
export function addOwners(reader: Reader, text: string, role: OwnerRole, source: SourceRange, rule: string): void {
  for (const part of text.split(/[,;]| and (?=\p{Lu})/u)) {
    const said = /\((lead|owner|approver)\)/i.exec(part)?.[1]?.toLowerCase() as OwnerRole | undefined
    const name = stripPictures(part.replace(/\((?:lead|owner|approver)\)/gi, '')).trim()
    const named = /\p{L}/u.test(name) && name.length <= 80 && !isPlaceholder(name)
    if (!named || !isNew(reader, 'owner', name.toLowerCase())) continue
    reader.draft.owners.push({ source, rule, name, role: said ?? role })
  }
}

function isPlaceholder(name: string): boolean {
  return /^(?:\[.*\]|_+|<.*>|tbd|tbc|todo|n\/a|none|-)$/i.test(name)
}

/** "Release Manager Signature: ✅ APPROVED": who signs, and what was signed. */
export function addSignature(reader: Reader, label: string, value: string, source: SourceRange): void {
  const role = label
    .replace(/\b(?:signatures?|sign(?:ed)?[ -]?offs?|approvals?|approved by|approvers?|assinatura|approbation)\b/gi, '')
    .replace(/^[\s:-]+|(?<![\s:-])[\s:-]+$/g, '')
  if (role !== '') addOwners(reader, role, 'approver', source, 'owner/signature')
  const text = stripPictures(value)
  if (text === '' || isPlaceholder(text) || /^(?:pending|required|open|awaiting)\b/i.test(text)) return
  const approved = /✅|☑|✔/u.test(value) || /\bapproved?\b|\bsigned\b|\bgranted\b|approuv|aprovad/i.test(value)
  const by = role === '' && !approved ? text : role
  if (role === '' && by !== '') addOwners(reader, by, 'approver', source, 'owner/signature')
  reader.draft.approvals.push({ source, rule: 'approval/signature', text, ...(by === '' ? {} : { by }) })
}
