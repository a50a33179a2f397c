/** Owners, leads and approvers, and what the document says of approvals; a name in a document gives nobody a power. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftOwner } from '../../core/plan/draft.ts'
import { classifyTitle } from '../grammar/classify-title.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import { at, isNew, type Reader } from './reader.ts'

type OwnerRole = DraftOwner['role']

/** "Billing (lead), Search" names two, of whom the second contributes; the same name counts once for one part. `of`: the part they are named for. */
export function addOwners(
  reader: Reader,
  text: string,
  role: OwnerRole,
  source: SourceRange,
  rule: string,
  of?: string,
): void {
  const others = /\(lead\)/i.test(text) ? 'contributor' : role
  for (const part of text.split(/[,;]| \+ | and (?=\p{Lu})/u)) {
    const said = /\((lead|owner|approver)\)/i.exec(part)?.[1]?.toLowerCase() as OwnerRole | undefined
    const name = stripPictures(part.replace(/\((?:lead|owner|approver)\)/gi, ''))
      .replace(/[\s_*\\]{3,}.*$/, '')
      .trim()
    const named = /\p{L}/u.test(name) && name.length <= 80 && !isPlaceholder(name)
    const held = said ?? others
    if (!named || !isNew(reader, 'owner', `${name.toLowerCase()} ${held} ${of ?? ''}`)) continue
    reader.draft.owners.push({ source, rule, name, role: held, ...(of ? { of } : {}) })
  }
}

const office =
  /\b(?:leads?|managers?|owners?|engineers?|teams?|on-?call|dri|commanders?|directors?|officers?|devops|sre|qa|support|product|dbas?|architects?|administrators?|developers?|coordinators?|responsible|ops|operations|security|platform|infrastructure|backend|frontend|mobile|data|marketing|legal|compliance|finance|cto|ceo|cpo|vp|head|master|analysts?|stakeholders?|responsable|equipe|chef)\b/i
const contactKind =
  /^(?:(?:primary|secondary|backup|first|second|emergency|main) )?(?:on-?call|escalations?|contacts?|owners?|leads?|primary|secondary|backup|dri|responsible|responsable|approvers?|reviewers?)(?: contacts?| owners?| leads?)?$/i
const channel =
  /\b(?:e-?mails?|phones?|slack|portal|page|url|website|tel|channels?|pager ?duty|bridge|teams channel|zoom|status page|hotline)\b|[@#]|https?:/i

/** A part of an organisation, which is nobody by itself. */
const part =
  /^(?:product|engineering|design|operations|ops|qa|quality|security|platform|backend|frontend|mobile|data|marketing|legal|support|devops|sre|infrastructure)$/i

/** "Dana", "Ravi (backend), Mei Tan (frontend)". */
const people =
  /^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){0,2}(?: ?\([^()]*\))?(?:, \p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){0,2}(?: ?\([^()]*\))?)*$/u

/** "Product: Dana (PM)" names the person, "On-call: Team Lead" names the value, "Release Manager: decides go/no-go" the label; a way to reach somebody is nobody. `false` when nobody is named. */
export function addContact(reader: Reader, label: string | undefined, value: string, source: SourceRange): boolean {
  const said = stripPictures(label ?? '').replace(/\s*[:：]$/, '')
  const named = stripPictures(value).replace(/ ?\(.*\)$/, '')
  if (label === undefined || said === '') {
    const isName = named.length <= 40 && office.test(named) && !channel.test(named) && !/[.:]/.test(named)
    if (isName) addOwners(reader, named, 'owner', source, 'owner/item')
    return isName
  }
  if (contactKind.test(said)) {
    if (named === '' || channel.test(named)) return false
    addOwners(reader, named, /lead/i.test(said) ? 'lead' : 'owner', source, 'owner/item')
    return true
  }
  if (channel.test(said)) return false
  if (people.test(stripPictures(value)) && part.test(said)) {
    addOwners(reader, value.replace(/ ?\([^()]*\)/g, ''), 'owner', source, 'owner/item')
    return true
  }
  const isNamed = isOffice(said) || /^\p{Lu}\p{L}+ \p{Lu}\p{L}+$/u.test(said)
  if (isNamed) addOwners(reader, said, /\blead\b/i.test(said) ? 'lead' : 'owner', source, 'owner/item')
  return isNamed
}

/** "Milestone: D7 | Owner: Release Engineer | Last updated: …": a field among others on one line. */
export function addNamedOwner(reader: Reader, text: string, source: SourceRange): void {
  const [, said = '', name = ''] =
    /(?:^|[|·•] ?)(owner|lead|dri|maintainer|approver|(?:release |rollout )?(?:captain|driver)|release manager|responsable|responsavel|responsável|verantwortlich)s? ?: ?((?:(?!\. )[^|·•]){2,60})(?=[|·•.]|$)/i.exec(
      text,
    ) ?? []
  const held = /lead/i.test(said) ? 'lead' : /approver/i.test(said) ? 'approver' : 'owner'
  if (name !== '') addOwners(reader, name.replace(/[.\s]+$/, ''), held, source, 'owner/field')
}

/** A field of the document; who is named in one is an owner. An empty one is none. */
export function addMetadata(reader: Reader, label: string, value: string, line: number, rule: string): void {
  if (label === '' || value === '') return
  reader.draft.metadata.push({ source: at(line), rule, label, value })
  if (classifyTitle(label) === 'people') addOwners(reader, value, 'owner', at(line), 'owner/metadata')
}

/** Among those who sign: "Approvers required: Product, Security" and "On-call: Platform" name the value, "Release Manager: ____" the label. `false` when nobody is named. */
export function addSigner(reader: Reader, label: string | undefined, value: string, source: SourceRange): boolean {
  if (label === undefined) {
    // "SRE (Priya)", "QA lead sign-off"; "Technical infrastructure ready" is a state.
    const name = value.replace(/ ?\([^()]*\p{Ll} \p{Ll}[^()]*\)$/u, '').replace(/ (?:sign-?off|approval|승인)$/i, '')
    const isState = /\b(?:ready|complete[d]?|done|passed|verified|confirmed|reviewed|working)\b/i.test(name)
    const isSigner = name.split(' ').length <= 4 && isOffice(name) && !isState && !/[.:<>]/.test(name)
    if (isSigner) addOwners(reader, name, 'approver', source, 'owner/signature')
    return isSigner
  }
  const said = stripPictures(value).replace(/ ?\(.*\)$/, '')
  const isList = /^(?:required |mandatory )?(?:approvers?|signatories)(?: required| needed)?$/i.test(label)
  const isContact = /\bowners?$|^on-?call\b/i.test(label) && /\p{L}/u.test(said) && !isPlaceholder(said)
  if (!isList && !isOffice(label)) return false
  if (isContact) addOwners(reader, said, 'owner', source, 'owner/item')
  else addOwners(reader, isList ? said : label, 'approver', source, 'owner/signature')
  return true
}

/** Whether a text names a role that people hold. */
export function isOffice(text: string): boolean {
  return office.test(text)
}

function isPlaceholder(name: string): boolean {
  if (!/\p{L}/u.test(name.replace(/\b(?:date|signature|name|datum|data)\b/gi, '')) && /_{2,}/.test(name)) return true
  return /^(?:\[.*\]|_+|<.*>|tbd|tbc|todo|n\/a|none|-)$/i.test(name)
}

/** "Release Manager Signature: ✅ APPROVED": who signs, and what was signed. */
export function addSignature(reader: Reader, label: string, value: string, source: SourceRange): void {
  const role = label
    .replace(/\b(?:signatures?|sign(?:ed)?[ -]?offs?|approvals?|approved by|approvers?|assinatura|approbation)\b/gi, '')
    .replace(/^[\s:-]+|(?<![\s:-])[\s:-]+$/g, '')
  const text = stripPictures(value)
  const approved = /✅|☑|✔/u.test(value) || /\bapproved?\b|\bsigned\b|\bgranted\b|approuv|aprovad/i.test(value)
  // "Executive approver: CEO" says who is to approve, and no more.
  if (/\bapprovers?$/i.test(label.trim()) && !approved && text.length <= 60 && (isOffice(text) || people.test(text))) {
    addOwners(reader, text, 'approver', source, 'owner/signature')
    return
  }
  // "Sign-off packet: see the wiki" is nobody.
  if (role !== '' && !approved && !isOffice(role) && !people.test(role)) return
  if (role !== '') addOwners(reader, role, 'approver', source, 'owner/signature')
  if (text === '' || isPlaceholder(text) || /^(?:pending|required|open|awaiting)\b/i.test(text)) return
  const by = role === '' && !approved ? text : role
  if (role === '' && by !== '') addOwners(reader, by, 'approver', source, 'owner/signature')
  reader.draft.approvals.push({ source, rule: 'approval/signature', text, ...(by === '' ? {} : { by }) })
}
