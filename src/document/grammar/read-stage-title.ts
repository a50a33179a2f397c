/** Titles that are stages: "Phase 2: Canary (10% traffic)", "Wave 3a — EU", "Day 8: 40% traffic", "Étape 2 : 25 %", "第二阶段". */
import { cleanText, foldCase, stripPictures } from '../markdown/clean-text.ts'

export interface StageTitle {
  /** The title as written. */
  name: string
  /** "phase", "day": the author's word, lower case. */
  kind: string
  ordinal: string
  /** What follows number and separator. */
  rest: string
  percents: number[]
}

const kinds =
  'phase|stage|wave|ring|tranche|sprint|week|day|hour|step|fase|etapa|etape|vague|semaine|semana|jour|dia|フェーズ|阶段'
const titlePattern = new RegExp(
  String.raw`^(?<kind>${kinds})(?: ?#?(?<number>\d{1,3}(?:\.\d{1,2})?[a-z]?(?: ?[-–] ?\d{1,3}[a-z]?)?\+?)| (?<letter>[a-h]|[ivx]{1,4}))(?![\p{L}\d])(?<rest>.*)$`,
  'iu',
)
const chinesePattern =
  /^第 ?(?<number>[一二三四五六七八九十\d]{1,3}) ?(?<kind>阶段|階段|段階|步|周|天|フェーズ)(?<rest>.*)$/u

const koreanPattern = /^(?<number>\d{1,2}) ?(?<kind>단계|주차|일차)(?![\p{L}])(?<rest>.*)$/u

/** "2. Phase 1: Canary" is Phase 1, whatever the number of its chapter. */
const withoutNumber = (title: string): string => title.replace(/^(?:\d+(?:\.\d+)+[.)]?|\d+[.)]) +(?=\p{L}+ ?#?\d)/u, '')

/** `undefined` when the title does not begin with a numbered stage. */
export function readStageTitle(title: string): StageTitle | undefined {
  const name = withoutNumber(cleanText(title).replace(/ ?[:：]$/, ''))
  const bare = stripPictures(name)
  const folded = foldCase(bare.normalize('NFC'))
  const match = titlePattern.exec(folded) ?? chinesePattern.exec(bare) ?? koreanPattern.exec(bare)
  if (!match?.groups) return undefined
  const { kind = '', number = '', letter, rest = '' } = match.groups
  const ordinal = letter?.toUpperCase() ?? number.replace(/ /g, '')
  // A sentence that happens to begin so ("Phase 2 depends on ...") has no separator.
  if (!/^\s*(?:[:：(（.—–-]|$)/.test(rest) && !/^\s*\p{Lu}/u.test(bare.slice(bare.length - rest.length)))
    return undefined
  const words = bare.slice(bare.length - rest.length).replace(/^[\s:：.—–-]+/, '')
  return { name: stripPictures(name), kind, ordinal, rest: words, percents: readPercents(words) }
}

const countdown =
  /[(（]T ?[-+] ?\d|^(?:D|J|T) ?[-+−] ?\d{1,3}(?: ?(?:h|m|min|d))?(?![\d\p{L}])|^D-?Day\b|^Jour J\b|^T ?[-+]? ?0\b/iu
const shareInTitle =
  /[(（~]\d{1,3}(?:[.,]\d{1,4})? ?%[^<>≤≥]*[)）]?$|\d{1,3}(?:[.,]\d{1,4})? ?% (?:of )?(?:the )?(?:production |all )?(?:traffic|users|customers|reads|writes|requests|queries|hosts|nodes|servers|pods|instances|tenants|merchants|devices|sessions|rollout|canary|ramp|exposure|du trafic|des utilisateurs|do trafego|dos usuarios)|(?:^|(?:to|at|canary|rollout|ramp|launch|[:—–-]) )\d{1,3} ?%(?: [(（][^()（）%]*[)）])?$/iu

/**
 * A heading that is a stage without saying "phase" or "stage": it names a share ("Canary (10%)", "Ramp to 50% of traffic") or its place in
 * a countdown ("4) Deploy (T-5 → T+30)").
 */
export function readBareStageTitle(title: string): StageTitle | undefined {
  const name = stripPictures(cleanText(title)).replace(/ ?[:：]$/, '')
  const folded = foldCase(name.normalize('NFC'))
  const rest = name.replace(/^\d{1,2}(?:\.\d{1,2})*[.)]? /, '')
  const percents = readPercents(rest)
  const isStage = countdown.test(name) || (shareInTitle.test(folded) && percents.length > 0)
  if (/[<>≤≥]/.test(name) || !isStage) return undefined
  return { name, kind: '', ordinal: /^(\d{1,2})[.)] /.exec(name)?.[1] ?? '', rest, percents }
}

/** The author's short name of a stage: "Phase 2"; the whole name where it has no number. */
export function shortStageName(name: string): string {
  const title = readStageTitle(name)
  if (title)
    return title.rest === ''
      ? name
      : name.slice(0, name.length - title.rest.length).replace(/(?<![\s:：.—–-])[\s:：.—–-]+$/, '')
  return /^(.{3,}?)(?: ?[(（:：]| [—–-] |$)/.exec(name)?.[1] ?? name
}

const percentPattern =
  /(?<![\d.,<>≤≥]|[<>≤≥] )(-?\d{1,6}(?:[.,]\d{1,4})?) ?[%％](?! ?(?:bonus|discount|off|fees?|commission|margin|savings?|tax|interest|cheaper|faster|slower|improvement|increase|reduction|coverage|confidence|errors?|success|uptime|pass)(?![\p{L}-]))/giu

/** Shares named in a text, without those that belong to a comparison or are of something else ("5% bonus"). */
export function readPercents(text: string): number[] {
  return [...text.matchAll(percentPattern)].map(([, digits = '']) => Number(digits.replace(',', '.')))
}

/** What stands on a rung without a sign of percent is a share only where no unit follows: "5% → 30 minutes" is no ladder. */
const rung = String.raw`\d{1,3}(?:\.\d{1,3})?(?: ?%|(?! ?[\p{L}\d.]))`
const ladderPattern = new RegExp(String.raw`(?<![\d.])${rung}(?: ?(?:→|➜|⇒|->|=>|>) ?${rung}){1,20}`, 'u')

/** "25% → 50% → 100%" as numbers; `undefined` when there is no such ladder. */
export function readLadder(text: string): number[] | undefined {
  const match = ladderPattern.exec(text)
  if (!match?.[0].includes('%')) return undefined
  return match[0].split(/→|➜|⇒|->|=>|>/).map((part) => Number.parseFloat(part))
}
