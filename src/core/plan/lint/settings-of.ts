/** Settings a document gives values to (`NEW_BASKET_ENABLED=true`, `basket.new: false`), with the phase and surroundings they stand in. */
import type { DraftPhase, PlanDraft } from '../draft.ts'
import { phaseAt } from './phase-at.ts'
import { textsOf } from './texts-of.ts'

export interface Setting {
  key: string
  value: string
  line: number
  phase: DraftPhase | undefined
  /** Part of going back rather than of going on. */
  isRollback: boolean
  /** How many settings stand in the same block; 0 in prose. */
  blockSize: number
}

const settingPattern =
  /(?<![\w./-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z](?=\w*[._][a-zA-Z])\w*(?:\.[a-zA-Z]\w*)*) ?(?:=|:(?= ?(?:true|false|on|off)\b)) ?["']?([\w.:/@-]{1,60})/g

/** In the order of the document. Lines that are commented out set nothing. */
export function settingsOf(draft: PlanDraft): Setting[] {
  const blocks = draft.code.map(({ source, text }) => ({
    source,
    size: text.split('\n').filter((line) => /^\s*[\w.]+ ?=/.test(line)).length,
  }))
  const seen = new Set<string>()
  // A line that only gives a flag its state was read as that and is no text any more.
  const states = draft.flags.flatMap(({ key, state, source }) =>
    state === undefined ? [] : [{ line: source.start, text: `${key}=${state}`, isCode: false }],
  )
  const texts = [...textsOf(draft), ...states].sort((a, b) => a.line - b.line)
  return texts.flatMap(({ line, text, isCode }) => {
    if (isCode && /^\s*(?:#|\/\/)/.test(text)) return []
    return [...text.matchAll(settingPattern)].flatMap(([, key = '', value = '']): Setting[] => {
      const id = `${line} ${key}`
      if (seen.has(id)) return []
      seen.add(id)
      const block = isCode ? blocks.find(({ source }) => source.start <= line && line <= source.end) : undefined
      const isRollback = draft.rollback.steps.some(({ source }) => source.start <= line && line <= source.end)
      return [{ key, value, line, phase: phaseAt(draft, line), isRollback, blockSize: block?.size ?? 0 }]
    })
  })
}

export const isOn = (value: string): boolean => /^(?:true|on|enabled|yes|live|active)$/i.test(value)
export const isOff = (value: string): boolean => /^(?:false|off|disabled|no)$/i.test(value)

/** "staging" or "production", as the words around a text say. */
export function environmentIn(text: string): 'staging' | 'production' | undefined {
  if (/\b(?:staging|pre-?prod\w*|test(?:ing)? env\w*|development|dev|qa|sandbox|internal test\w*)\b/i.test(text))
    return 'staging'
  return /\bprod(?:uction)?\b/i.test(text) ? 'production' : undefined
}
