/** Ladders without headings of their own: lists whose items are stages, and sentences such as "10 %, then 50 %, then everybody". */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftPhase } from '../../core/plan/draft.ts'
import { findPhase, significantWords } from '../../core/plan/lint/find-phase.ts'
import { readDates } from '../grammar/read-dates.ts'
import { readDuration } from '../grammar/read-quantity.ts'
import { readLadder, readPercents, readStageTitle } from '../grammar/read-stage-title.ts'
import { readTiming } from '../grammar/read-timing.ts'
import { namesEverybody, namesStage, platformOf } from '../grammar/stage-words.ts'
import { bareTitle, readMark, stripPictures } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import { addPhase, addStage, newPhase, setPercent, setTiming } from './read-phases.ts'
import type { Context, Reader, Rung } from './reader.ts'

const ladderLimit = 20

/**
 * The items as stages, one each, or `undefined` when the list is something else. `announced`: its title says that stages follow.
 */
export function readListLadder(items: readonly Section[], ordered: boolean, announced: boolean): Rung[] | undefined {
  if (items.length < 2 || items.length > ladderLimit) return undefined
  const rungs = items.map(readRung)
  if (rungs.some((rung) => rung === undefined)) return undefined
  const known = rungs.filter((rung) => rung !== undefined)
  const shares = known.flatMap(({ percent }) => (percent === undefined ? [] : [percent]))
  const rising = shares.length >= 2 && shares.every((share, index) => index === 0 || share > (shares[index - 1] ?? 0))
  const numbered = known.filter(({ title }) => title.kind !== '' && title.ordinal !== '').length
  const timed = known.filter(({ timing }) => timing !== undefined).length
  const named = known.filter(({ title }) => namesStage(title.name)).length
  const most = items.length / 2
  const isLadder =
    rising ||
    isCounted(known) ||
    (announced && (numbered > most || (named >= most && (ordered || timed > 0)) || (ordered && timed > most)))
  return isLadder ? known : undefined
}

/** "Stage 0", "Stage 1", "Stage 2": nobody has to announce these. */
function isCounted(rungs: readonly Rung[]): boolean {
  const ordinals = rungs.map(({ title }) =>
    countedKind.test(title.kind) ? Number.parseInt(title.ordinal, 10) : Number.NaN,
  )
  return ordinals.every((ordinal, index) => index === 0 || ordinal === (ordinals[index - 1] ?? 0) + 1)
}
const countedKind = /^(?:phase|stage|wave|ring|fase|etapa|etape)$/

/** "Week 2" lasts a week. */
const calendarKind = /^(?:week|day|semaine|jour|semana|dia)$/

function readRung(item: Section): Rung | undefined {
  if (item.checked !== undefined) return undefined
  const { text, label } = item.line
  const named = label ?? /^([^:：]{2,60}?) ?[:：](?= |$)/.exec(text)?.[1]
  const lead =
    named ??
    /^(.{2,60}?) [—–-] [\p{L}\d]/u.exec(text)?.[1] ??
    (text.length <= 60 ? text : /^(.{2,60}?)(?:[.;,] |$)/.exec(text)?.[1])
  if (lead === undefined || lead === '') return undefined
  const written = bareTitle(stripPictures(lead))
  const name = isTimed(/[(（]([^()（）]{1,60})[)）]$/.exec(written)?.[1] ?? '')
    ? written.replace(/ ?[(（][^()（）]*[)）]$/, '')
    : written
  const rest =
    named === undefined
      ? text.slice(lead.length)
      : item.line.label === undefined
        ? text.slice(named.length)
        : item.line.value
  const percent = shareOf(name) ?? shareOf(rest) ?? shareOf(written)
  const title = readStageTitle(name) ?? { name, kind: '', ordinal: '', rest: name, percents: [] }
  const said = [written, rest].map(timingIn).find((found) => found !== undefined)
  const timing = said ?? (calendarKind.test(title.kind) ? title.name : undefined)
  if (name === '' || /[<>≤≥]|^total\b/i.test(name)) return undefined
  return {
    title: { ...title, percents: [] },
    text,
    source: { start: item.start, end: item.end },
    ...(percent === undefined ? {} : { percent }),
    ...(timing === undefined ? {} : { timing }),
  }
}

/** The one share of a text that speaks of traffic or users, or begins with it. */
function shareOf(text: string): number | undefined {
  const share =
    /(?:^|[(:：—–-] ?|(?:\bto|\bat|\bfor|\bà|\ba|\bde|\bpara) |^canary )(\d{1,3}(?:\.\d{1,4})?) ?%(?! ?(?:error|success|coverage|confidence|uptime|pass))/i.exec(
      text,
    )?.[1] ??
    /(?<![<>≤≥] ?)(\d{1,3}(?:\.\d{1,4})?) ?% (?:of )?(?:the )?(?:production |all |our |du |do |dos |des )?(?:traffic|users?|customers?|requests|trafic|utilisateurs|trafego|tráfego|usu[aá]rios|rollout|canary|cohort)/i.exec(
      text,
    )?.[1]
  if (share === undefined || /[<>≤≥]/.test(text.slice(0, text.indexOf(share)))) return undefined
  return new Set(readPercents(text)).size === 1 && Number(share) <= 100 ? Number(share) : undefined
}

/** A length or a date in brackets, at the start, or behind "for", "after", "first", "next". */
function timingIn(text: string): string | undefined {
  const bracket = /[(（]([^()（）]{1,60})[)）]/.exec(text)?.[1]
  const stated = [
    bracket,
    /[,;] ?(\d[^,;()%]{1,20})$/.exec(text)?.[1],
    /\b(?:for|first|next|over|during|pendant|por|durante) (?:at least |the )?(.{2,40})/i.exec(text)?.[1],
  ]
  const dated = /^\W{0,3}\w{1,12}[ /-]?\d/.test(text) || /^\W{0,3}\d/.test(text) ? readDates(text, 2000) : undefined
  return stated.find((part) => part !== undefined && isTimed(part)) ?? (dated && dated.index <= 2 ? text : undefined)
}

/** A title with its length or its dates in brackets: "Dual-write period (48–72 h)". */
export function hasTiming(title: string): boolean {
  const bracket = /[(（]([^()（）]{1,60})[)）]$/.exec(title)?.[1]
  if (bracket === undefined) return false
  const { dates } = readTiming(bracket, { year: 2000 })
  return dates ? dates[0] !== dates[1] : isTimed(bracket)
}

function isTimed(text: string): boolean {
  if (!/\d|week|day|hour/i.test(text)) return false
  const { durationMs, startOffsetMs, dates, anchor } = readTiming(text, { year: 2000 })
  return durationMs !== undefined || startOffsetMs !== undefined || dates !== undefined || anchor !== undefined
}

/** The phase of a rung: one that the document knows already, or a new one. */
export function openRung(reader: Reader, rung: Rung, context: Context, rule: string): DraftPhase {
  const { phases } = reader.draft
  const known = findPhase(
    phases.filter(({ rule, name }) => rule !== 'phase/list' || sameWords(name, rung.title.name)),
    rung.title.name,
  )
  const phase = known ?? newPhase(rung.title, rung.source, rule, context.track)
  if (!known) addPhase(reader, phase)
  // "Day 1-3" under "Week 2".
  const [week] = /^(?:week|semaine|semana|woche) \d{1,2}$/i.exec(bareTitle(context.title)) ?? []
  const isDay = /^(?:days?|jours?|dias?|tag) ?\d/i.test(rung.timing ?? '')
  fillFromRung(reader, phase, week && isDay ? { ...rung, timing: `${week}, ${rung.timing}` } : rung)
  // "Ramp — 5% → 25% → 50%": a rung with a ladder of its own.
  if (rung.percent === undefined && rung.text !== undefined) addLadderInPhase(reader, phase, rung.text, rung.source)
  return phase
}

/** "Week 1" and "Week 2", "Canary 5%" and "Canary 25%" are not the same. */
function sameWords(one: string, other: string): boolean {
  const said = (name: string) => [...significantWords(name), ...(name.match(/\d+(?:\.\d+)?/g) ?? [])].join(' ')
  return said(one) === said(other)
}

function fillFromRung(reader: Reader, phase: DraftPhase, { percent, timing, source }: Rung): void {
  const line = { start: source.start, end: source.start }
  if (percent !== undefined) setPercent(reader, phase, percent, line)
  if (timing !== undefined) setTiming(reader, phase, timing, line, 'timing/list')
}

const sequence =
  /,? (?:and )?(?:then|followed by|finally|after that|afterwards|puis|ensuite|depois|em seguida)(?: to| at| by)? |(?: ?(?:→|➜|⇒|->|=>) ?)/i

/** "internal QA first, then 10 % of traffic, followed by everybody after 24 hours"; `undefined` when the sentence is no ladder. */
export function readProseLadder(text: string, source: SourceRange): Rung[] | undefined {
  if (!text.includes('%')) return undefined
  const arrows = readLadder(text)
  if (arrows) return arrows.map((percent) => rungOf(`${percent}%`, percent, undefined, source))
  const clauses = text.split(sequence).map((clause) => clause.trim())
  if (clauses.length < 2 || clauses.length > ladderLimit) return undefined
  const rungs = clauses.map((clause) => readClause(clause, source))
  const shares = rungs.filter((rung) => rung?.percent !== undefined)
  if (shares.length < 2 || rungs.some((rung) => rung === undefined)) return undefined
  return moveWaits(
    rungs.filter((rung) => rung !== undefined),
    clauses,
  )
}

function readClause(clause: string, source: SourceRange): Rung | undefined {
  const bare = clause
    .replace(/ (?:after|once|when|if|apres|apos) .*$/i, '')
    .replace(/(?<![\s.;,)])[\s.;,)]+$/, '')
    .replace(/\bfirst$/i, '')
    .replace(/(?<![\s.;,])[\s.;,]+$/, '')
    .trim()
  const percent = /(?:^|.*[\s(~])(\d{1,3}(?:\.\d{1,4})?) ?%/.exec(bare)?.[1]
  if (percent !== undefined && (/[<>≤≥]/.test(bare) || readPercents(bare).length !== 1)) return undefined
  const name =
    percent === undefined
      ? /(?:\b(?:for|to|with|in|on|pour|para)\b )?((?:[\p{L}-]+ ){0,2}[\p{L}-]+)$/u.exec(bare)?.[1]
      : /(\d{1,3}(?:\.\d{1,4})? ?%(?: (?:of )?(?:(?!(?:for|over|during|pendant|por|durante) )[\p{L}-]+ ?){1,3})?)/u.exec(
          bare,
        )?.[1]
  if (name === undefined || (percent === undefined && !namesStage(name) && !namesEverybody(name))) return undefined
  const share = percent === undefined ? (namesEverybody(bare) ? 100 : undefined) : Number(percent)
  const waits = readDuration(bare.slice(bare.indexOf(name) + name.length))
  return rungOf(
    name.replace(/^(?:for|to|with|in|on|pour|para) /i, '').trim(),
    share,
    waits ? bare.slice(bare.indexOf(name) + name.length) : undefined,
    source,
  )
}

/** "… then everybody after 24 hours": it is the stage before that lasts so long. */
function moveWaits(rungs: Rung[], clauses: string[]): Rung[] {
  return rungs.map((rung, index) => {
    const wait = / (?:after|once|apres|apos) (.*)$/i.exec(clauses[index + 1] ?? '')?.[1]
    return wait && rung.timing === undefined && readDuration(wait) ? { ...rung, timing: wait } : rung
  })
}

function rungOf(name: string, percent: number | undefined, timing: string | undefined, source: SourceRange): Rung {
  return {
    title: { name, kind: '', ordinal: '', rest: name, percents: [] },
    source,
    ...(percent === undefined ? {} : { percent }),
    ...(timing === undefined ? {} : { timing }),
  }
}

const loneShare =
  /(?<!\d)(?<share>\d{1,3}(?:\.\d{1,4})?) ?%(?= (?:of (?:the )?)?(?:canary|(?:production |live |all )?(?:traffic|users|requests)))|\b(?:canary|(?:promote|ramp|expand|increase|raise|roll out)\b[^%<>≤≥]{0,20}?) (?:at|to|with|of) (?<to>\d{1,3}(?:\.\d{1,4})?) ?%/i

/** "Canary at 10% of traffic for 30 minutes", "10% canary, 90% stable", "promote to 100%". */
export function addLoneShare(reader: Reader, text: string, source: SourceRange): void {
  const { share, to } = loneShare.exec(text)?.groups ?? {}
  const found = Number(share ?? to)
  if (!(found > 0 && found <= 100) || reader.loneShares.length >= ladderLimit) return
  const percents = readPercents(text)
  if (percents.some((other) => other !== found && other !== 100 - found)) return
  // "A 10%/90% split" sends the smaller part to what is new.
  const percent = percents.includes(100 - found) ? Math.min(found, 100 - found) : found
  const name = /\bcanary\b/i.test(text) ? `Canary ${percent}%` : `${percent}%`
  reader.loneShares.push(rungOf(name, percent, timingIn(text), source))
}

/** Keeps a sentence that is a ladder for later; `false` when it is none. */
export function addProseLadder(reader: Reader, text: string, source: SourceRange, context: Context): boolean {
  const rungs = readProseLadder(readMark(text, undefined).text, source)
  if (!rungs) {
    addLoneShare(reader, text, source)
    return false
  }
  reader.proseLadders.push({ rungs, track: platformOf(text) ?? context.track, ofFlags: context.role === 'flags' })
  return true
}

/** A sentence inside a phase that is a rising ladder: its shares are stages of that phase. `false` when it is none. */
export function addLadderInPhase(reader: Reader, phase: DraftPhase, text: string, source: SourceRange): boolean {
  const rungs = readProseLadder(readMark(text, undefined).text, source)
  const shares = rungs?.map(({ percent }) => percent ?? 0) ?? []
  if (!rungs || shares.some((share, index) => share <= (shares[index - 1] ?? 0))) return false
  const rule = readLadder(text) ? 'stage/ladder' : 'stage/prose'
  for (const { percent = 0, timing } of rungs) addStage(reader, phase, `${percent}%`, percent, source, rule, timing)
  return true
}

/** What a section about flags says of their shares holds for those that switch something on. */
export function settleFlagStages({ draft, proseLadders }: Reader): void {
  const rungs = proseLadders.filter(({ ofFlags }) => ofFlags).flatMap((ladder) => ladder.rungs)
  const stages = rungs.flatMap(({ title, source, percent }) =>
    percent === undefined ? [] : [{ source, rule: 'stage/flag', name: title.name, percent }],
  )
  for (const flag of draft.flags) if (!flag.isRollbackToggle) flag.stages.push(...stages)
}

/** "Start at 0 to keep everyone on the old path" is nobody. */
const meansEverybody = (name: string): boolean =>
  namesEverybody(name) &&
  !/\b(?:keep|at 0|still|remain|stay|nobody|no one|decision|review|readiness|preparation|planning)\b/i.test(name)

/** "Full rollout" at the end of a ladder is everybody, though no number says it. */
export function settleEverybody({ draft: { phases } }: Reader): void {
  for (const phase of phases)
    if (phase.percent === undefined && phase.stages.length === 0 && meansEverybody(phase.name)) phase.percent = 100
}

/** What was told one by one, as far as it rises. */
function loneLadder({ loneShares }: Reader): Rung[] {
  const risen: Rung[] = []
  for (const rung of loneShares) if ((rung.percent ?? 0) > (risen.at(-1)?.percent ?? 0)) risen.push(rung)
  return risen
}

/** A ladder whose shares the phases already have is a summary; any other becomes phases of its own. */
export function settleProseLadders(reader: Reader): void {
  const { phases } = reader.draft
  if (phases.some(({ percent, stages }) => percent !== undefined || stages.length > 0)) return
  const told: { rungs: Rung[]; track: string | undefined }[] =
    reader.proseLadders.length > 0 || phases.length > 0
      ? reader.proseLadders
      : [{ rungs: loneLadder(reader), track: undefined }]
  for (const { rungs, track } of told) {
    for (const rung of rungs) {
      const isAlone = told.length < 2 && track !== undefined && platformOf(track) !== track
      const name = track === undefined || isAlone ? rung.title.name : `${track}: ${rung.title.name}`
      const phase = newPhase({ ...rung.title, name }, rung.source, 'phase/prose', track)
      addPhase(reader, phase)
      fillFromRung(reader, phase, rung)
    }
  }
  phases.sort((a, b) => a.source.start - b.source.start)
}
