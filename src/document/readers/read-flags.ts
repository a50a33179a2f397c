/** Feature flags: code words near the word "flag", settings that switch something, and flags called by their names in prose. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCode } from '../../core/plan/draft.ts'
import { linesOfCode } from '../../core/plan/lint/texts-of.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import type { Line } from '../markdown/read-lines.ts'
import { at, isNew, type Reader } from './reader.ts'

const file = /\.(?:md|env|ya?ml|json|toml|ini|sh|ts|tsx|js|py|go|rb|sql|conf|html|log|txt)$/i
const switching = /^(?:true|false|on|off|enabled|disabled|yes|no|[01]|\d{1,3}%)$/i
/** Keys of settings that are made to be switched. */
const switchKey =
  /^FEATURE_|^ENABLE_|^DISABLE_|^FF_|^FLAG_|_ENABLED?(?:_|$)|_FLAG$|_TOGGLE$|_MODE$|KILL_?SWITCH|PERCENT_ROLLOUT|ROLLOUT_PERCENT|_ROLLOUT$|ALLOW_?LIST|_CANARY_/

/** `checkout.newBasket`, `SHOP_PAY`, `beta-*`. "_" is a letter and a separator: one pass over characters, for parts would be exponential. */
const partedName = /^(?=[A-Za-z]\w*[._-][\w{}*])(?:[\w{}]|[.-](?=[\w{}*])|(?<=[._-])\*(?=[._-]|$))+$/

/** Code words of a line that speaks of flags (`checkout.newBasket`), or that are set to on or off (`Features.UseLegacy=false`). */
export function addFlags(reader: Reader, line: Line, underFlags: boolean): void {
  const speaks = underFlags || /\bflags?\b|\btoggles?\b|\bkill[- ]?switch/i.test(line.text)
  const moves = /\broll-?out|\benabl|\bactivat|\bativar|\bdesativar|\bdisabl|\bd[ée]sactiver|\bactiver/i.test(line.text)
  for (const code of line.codes) {
    const [, key = code, value = ''] = /^([^=\s]+) ?= ?(.*)$/.exec(code) ?? []
    const isSwitch = switching.test(value)
    const isName =
      partedName.test(key) && !file.test(key) && (!/^[A-Z][A-Z0-9_]*$/.test(key) || switchKey.test(key) || isSwitch)
    const isSnake = /^[a-z](?=\w*_\w)\w+$/.test(key)
    if (isName && (speaks || (isSwitch && !/^[A-Z_]+$/.test(key)) || (isSnake && moves && value === '')))
      addFlag(reader, key, at(line), 'flag/word', value)
    else if (isSwitch && switchKey.test(key) && !speaks) addFlag(reader, key, at(line), 'flag/word', value)
  }
  if (line.codes.length === 0) addNamedFlags(reader, line)
}

/** "feature flags for quick search and the gift wrap to allow …", "**Feature flags:** BasketV3 configuration". */
function addNamedFlags(reader: Reader, line: Line): void {
  const listed = /\bfeature flags? (?:for|called|named) (?:the )?([^.;:()]{3,120})/i.exec(line.text)?.[1]
  const names =
    listed
      ?.split(/ (?:to|in order|so that|which|that|before|after|during|behind|in|on) /)[0]
      ?.split(/,? and (?:the )?|, /) ?? []
  for (const name of names)
    if (name.split(' ').length <= 4 && /\p{L}/u.test(name))
      addFlag(reader, stripPictures(name), at(line), 'flag/prose', '')
  const [, bare = ''] = /^(?:feature )?flags? ?[:：] ?([A-Za-z][\w.-]{2,60})$/i.exec(line.text) ?? []
  const labelled = /^(?:feature )?flags?$/i.test(line.label ?? '') ? /^[A-Za-z]\w*/.exec(line.value)?.[0] : bare
  if (labelled && /[a-z][A-Z0-9]|_/.test(labelled)) addFlag(reader, labelled, at(line), 'flag/label', '')
}

/** Settings that are named like flags, in a block of settings or behind a command that sets them. */
export function addFlagSettings(reader: Reader, code: DraftCode): void {
  for (const { text: line, line: number } of linesOfCode(code)) {
    const [, key, value = ''] =
      /(?:^|^export |^.{0,80}\bset )([A-Z][A-Z0-9_]*) ?= ?["']?([^\s"'#]*)/.exec(line.trim()) ?? []
    if (key && switchKey.test(key)) addFlag(reader, key, at(number), 'flag/setting', value)
    const served = /\/(?:feature-?)?flags?\/([A-Za-z][\w.-]{2,60})/.exec(line)?.[1]
    if (served && !file.test(served)) addFlag(reader, served, at(number), 'flag/address', '')
  }
}

/** A table of flags: its keys stand in the column that says so. */
export function addTabledFlag(reader: Reader, cell: Line, state: string): void {
  const key = cell.codes[0] ?? cell.text
  if (/^[A-Za-z](?:[\w{}]|[.-](?=[\w{}]))*$/.test(key) && !file.test(key))
    addFlag(reader, key, at(cell), 'flag/table', state)
}

function addFlag(reader: Reader, key: string, source: SourceRange, rule: string, state: string): void {
  const stated = state === '' ? {} : { state }
  if (isNew(reader, 'flag', key))
    reader.draft.flags.push({ source, rule, key, ...stated, isRollbackToggle: isRollbackToggle(key), stages: [] })
}

/** "rollback.sessionFallback", "checkout_fallback", "DISABLE_NEW_SEARCH": a flag that undoes another one. */
function isRollbackToggle(key: string): boolean {
  return /roll-?_?back|fallback|revert|kill_?-?switch|^disable[._-]/i.test(key)
}
