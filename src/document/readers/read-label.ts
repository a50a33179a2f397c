/** What a label says on its own line: `**Timing:** Week 1`, `- **Traffic**: 10%`, `**Risk:** …`, `**Owner:** …`. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import { classifyTitle } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readDuration } from '../grammar/read-quantity.ts'
import { readLadder, readPercents } from '../grammar/read-stage-title.ts'
import type { Role } from '../grammar/title-words.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import { isRunIn } from './enter-section.ts'
import { addNote } from './read-notes.ts'
import { addOwners, addSignature, isOffice } from './read-people.ts'
import { addStage, setPercent, setStageTiming, setTiming } from './read-phases.ts'
import { addRollbackStep } from './read-rollback.ts'
import { addStatement } from './read-statements.ts'
import { at, type Context, type Reader, setObjective } from './reader.ts'
import { withTitle } from './statement.ts'

/** Roles whose label and value on one line are a fact by themselves. */
export const fieldRoles: ReadonlySet<Role> = new Set<Role>([
  'timing',
  'target',
  'objective',
  'entry',
  'criteria',
  'triggers',
  'rollback',
  'risks',
  'mitigation',
  'approval',
  'people',
])

/** Whether an item's label makes it a field rather than a statement of the list it stands in. */
export function isField(label: string, value: string, context: Context): boolean {
  const role = classifyTitle(label)
  if (role === undefined || !fieldRoles.has(role)) return false
  // "Users: completion rate > 75 %" is a statement about users, no audience.
  if (role === 'target' && /[<>≤≥]/.test(value) && !/^(?:scope|audience|cohorts?|population)\b/i.test(label))
    return false
  const here = context.role
  if (here === 'rollback') return role === 'triggers'
  if (here === 'risks' || here === 'mitigation') return role === 'risks' || role === 'mitigation'
  return here === undefined || here === 'target' || here === 'timing' || here === 'objective' || here === 'monitoring'
}

/** Reads the value behind a label. `context` is that of the section the label stands in; `action` and role come from the label. */
export function readLabel(reader: Reader, section: Section, context: Context, inner: Context): void {
  const { title, line } = section
  const { phase } = context
  const source = at(line)
  const role = classifyTitle(title)
  const value = line.value
  if (role === undefined && /^(?:notes?|nb|important|tips?|hint|caution)$/i.test(stripPictures(title))) return
  const lone = reader.loneShares.at(-1)
  if (!phase && lone && lone.timing === undefined && role === 'timing') lone.timing = value
  if (isDecision(title, value))
    addOwners(reader, value.replace(/ (?:at|by|after|before|on) .*$/i, ''), 'gateOwner', source, 'owner/decision')
  else if (role === 'approval') addSignature(reader, title, value, source)
  else if (role === 'risks') addRisk(reader, context, value, source)
  else if (role === 'mitigation') addMitigation(reader, value, source)
  else if (phase && (role === 'timing' || (role === undefined && isWatch(title, value)))) {
    if (!context.part) setTiming(reader, phase, value, source, 'timing/label')
    else if (context.part.stage) setStageTiming(reader, context.part.stage, value, source)
  } else if (phase && (role === 'target' || /^rollout$/i.test(title))) setTarget(reader, inner, value, source)
  else if (phase && role === 'objective') setObjective(phase, value, source)
  else if (role === 'rollback' && saysWhy(value))
    addStatement(reader, { ...inner, role: 'triggers', action: 'rollBack' }, { text: value, source, shape: 'line' })
  else if (role === 'rollback' && (phase || context.role === 'rollback'))
    addRollbackStep(reader, { source, rule: 'rollback/label', text: value, details: [], code: [] })
  else if (isStatementRole(role) && (phase || context.role === role || role === 'triggers'))
    addStatement(reader, inner, { text: withTitle(context, value), source, shape: 'line' })
  else if (role === undefined && isStatementRole(context.role) && !(isFieldName.test(title) || /^[_\s]*$/.test(value)))
    addStatement(reader, inner, { text: line.text, source, shape: 'line' })
  else if (role !== undefined && addNote(reader, { ...context, role, title }, value, source)) return
  else if (!phase && !isRunIn(section) && !['communication', 'monitoring', 'rollback'].includes(context.role ?? ''))
    reader.draft.metadata.push({ source, rule: 'metadata/label', label: stripPictures(title) || title, value })
  if (role === 'people') addOwners(reader, value, /lead/i.test(title) ? 'lead' : 'owner', source, 'owner/label')
}

/** "Rollback: latency > 300 ms", "Rollback: any critical issue" say why, and nothing that is done. */
function saysWhy(value: string): boolean {
  const [first] = readConditions(value).conditions
  return /^any /i.test(value) || (first !== undefined && value.startsWith(first.text) && !/ (?:if|when) /i.test(value))
}

/** "**Final validation:** 60 minutes of observation": how long a stage is watched is how long it lasts. */
export function isWatch(title: string, value: string): boolean {
  return (
    readDuration(value)?.index === 0 && /observ|monitor|watch|soak|bake|surveill|stabili/i.test(`${title} ${value}`)
  )
}

/** "**Go/no-go decision:** Engineering lead + Product lead at T+2h" names who decides. */
function isDecision(title: string, value: string): boolean {
  if (!/\b(?:decision|decided by|decision[- ]makers?|gate owners?)\b/i.test(title)) return false
  // "Decision: no infrastructure changes during the canary" decides something itself.
  return value.split(/[,;+&/]| and | or | at /).every((part) => part.trim().split(' ').length <= 4) && isOffice(value)
}

/** What the head of a document, or the foot of a form, has. */
const isFieldName =
  /\b(?:date|status|version|author|updated|data|statut|versao|versão|autor|previsto|approved by|aprovado por)\b/i

function isStatementRole(role: Role | undefined): boolean {
  return role === 'criteria' || role === 'entry' || role === 'triggers'
}

function setTarget(reader: Reader, { phase }: Context, value: string, source: SourceRange): void {
  if (!phase) return
  const ladder = readLadder(value)
  const [percent] = readPercents(value)
  if (ladder) for (const share of ladder) addStage(reader, phase, `${share}%`, share, source, 'stage/ladder')
  else if (percent !== undefined) setPercent(reader, phase, percent, source)
  if (phase.target !== undefined) return
  phase.target = value
  phase.targetSource = source
}

/** A mitigation belongs to the risk before it. */
export function addMitigation(reader: Reader, text: string, source: SourceRange): void {
  const risk = reader.draft.risks.at(-1)
  if (!risk || text === '') return
  risk.mitigations.push(text)
  risk.source = { ...risk.source, end: Math.max(risk.source.end, source.end) }
}

export function addRisk(
  reader: Reader,
  context: Context,
  text: string,
  source: SourceRange,
  rule = 'risk/label',
): void {
  const level = context.riskLevel
  // "Risk level: medium" is no risk.
  if (/^(?:very )?(?:low|medium|moderate|high|critical|minimal|none)(?= ?(?:$|[-–—(/,;.]| to\b))/i.test(text)) return
  const [, risk = text, mitigation] = /^(.{8,}?)[.;,]? (?:[–—-] )?mitigat(?:ion|ed by) ?[:：] ?(.+)$/i.exec(text) ?? []
  const mitigations = mitigation === undefined ? [] : [mitigation]
  if (text !== '') reader.draft.risks.push({ source, rule, text: risk, ...(level ? { level } : {}), mitigations })
}
