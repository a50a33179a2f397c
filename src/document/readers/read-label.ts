/** What a label says on its own line: `**Timing:** Week 1`, `- **Traffic**: 10%`, `**Risk:** …`, `**Owner:** …`. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import { classifyTitle, type Role } from '../grammar/classify-title.ts'
import { readLadder, readPercents } from '../grammar/read-stage-title.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import { addOwners, addSignature } from './read-people.ts'
import { addStage, setPercent, setTiming } from './read-phases.ts'
import { addRollbackStep } from './read-rollback.ts'
import { addStatement } from './read-statements.ts'
import { at, type Context, type Reader, setObjective } from './reader.ts'

/** Roles whose label and value on one line are a fact by themselves. */
const fields = new Set<Role>([
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
export function isField(label: string, context: Context): boolean {
  const role = classifyTitle(label)
  if (role === undefined || !fields.has(role)) return false
  const here = context.role
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
  if (role === 'approval') addSignature(reader, title, value, source)
  else if (role === 'risks') addRisk(reader, context, value, source)
  else if (role === 'mitigation') addMitigation(reader, value, source)
  else if (phase && role === 'timing') setTiming(phase, value, source, 'timing/label')
  else if (phase && role === 'target') setTarget(reader, inner, value, source)
  else if (phase && role === 'objective') setObjective(phase, value, source)
  else if (role === 'rollback' && (phase || context.role === 'rollback'))
    addRollbackStep(reader, { source, rule: 'rollback/label', text: value, details: [], code: [] })
  else if (isStatementRole(role) && (phase || context.role === role))
    addStatement(reader, inner, { text: value, source, shape: 'line' })
  else if (role === undefined && isStatementRole(context.role))
    addStatement(reader, inner, { text: line.text, source, shape: 'line' })
  else if (!phase && !['communication', 'monitoring', 'rollback'].includes(context.role ?? ''))
    reader.draft.metadata.push({ source, rule: 'metadata/label', label: stripPictures(title) || title, value })
  if (role === 'people') addOwners(reader, value, /lead/i.test(title) ? 'lead' : 'owner', source, 'owner/label')
}

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
  if (text !== '') reader.draft.risks.push({ source, rule, text, ...(level ? { level } : {}), mitigations: [] })
}
