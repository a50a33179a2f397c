/** Small normalisations that every reader shares, so that one grammar serves many keyboards. */

const isAscii = /^[ -~]*$/

/** Plain spaces and hyphens, LaTeX comparisons as signs, single spaces, trimmed. */
export function cleanText(text: string): string {
  if (isAscii.test(text) && !/ {2}|\\/.test(text)) return text.trim()
  return text
    .replace(/[\u{a0}\u{202f}\u{2007}\u{3000}\u{2028}\u{2029}\t\r\n]/gu, ' ')
    .replace(/[\u{2010}\u{2011}\u{2212}]/gu, '-')
    .replace(/[\u{200b}\u{2060}\u{feff}]/gu, '')
    .replace(/\\text\{([^{}]{0,80})\}/g, '$1')
    .replace(/\\(geq?|leq?|lt|gt|%)(?![a-z])/g, (_, name: string) => LATEX[name] ?? '')
    .replace(/ {2,}/g, ' ')
    .trim()
}

const LATEX: Record<string, string> = { ge: '≥', geq: '≥', le: '≤', leq: '≤', lt: '<', gt: '>', '%': '%' }

/** A heading or label as its words: no pictures, no numbering, no closing colon. */
export function bareTitle(title: string): string {
  return stripPictures(title)
    .replace(/^(?:\d+(?:\.\d+)+[.)]?|\d+[.)])\s+/, '')
    .replace(/(?<!\s)\s*[:：]$/, '')
    .trim()
}

/** Text without emoji and check marks. */
export function stripPictures(text: string): string {
  const words = isAscii.test(text) ? text : text.replace(/\p{Extended_Pictographic}|\u{fe0f}|\u{20e3}|\u{200d}/gu, '')
  return words.replace(/ {2,}/g, ' ').trim()
}

/** Lower case without accents, for comparing words. */
export function foldCase(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase()
  // Only accents: the marks of kana and the parts of Korean syllables tell words apart.
  return text
    .normalize('NFD')
    .replace(/[\u{300}-\u{36f}]/gu, '')
    .normalize('NFC')
    .toLowerCase()
}

/** The same, every character one character, so that places stay valid. */
export function foldKeepingLength(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase()
  return [...text]
    .map((character) => (character.length === 1 ? (foldCase(character)[0] ?? character) : character))
    .join('')
}

export interface Mark {
  text: string
  /** How the author ticks: a box `[x]`, a picture such as ✅ or ⏳, or not at all. */
  form: 'box' | 'picture' | 'none'
  claimed: boolean
}

const marks: { pattern: RegExp; form: 'box' | 'picture'; claimed: boolean }[] = [
  { pattern: /^\[[xX✓✔]\]\s*/, form: 'box', claimed: true },
  { pattern: /^\[[ ~/-]\]\s*/, form: 'box', claimed: false },
  { pattern: /^(?:✅|☑|✔|🟢)\u{fe0f}?\s*/u, form: 'picture', claimed: true },
  { pattern: /^(?:⏳|⌛|⬜|☐|🔲|🔄|❌|🟡|🔴|📋|⚠|🚧)\u{fe0f}?\s*/u, form: 'picture', claimed: false },
]

/** "✅ Go on OR 🚫 fix", "✅ metrics green → next phase": what follows from what, and nothing ticked. */
const isChoice = (text: string): boolean =>
  / (?:OR|or|\/|\|) ?(?:✅|❌|🚫|🔄|🔴|🟢|🟡|⚠|⏸|🛑)/u.test(text) ||
  /^(?:✅|❌)[^→]{2,80} → (?:proceed|advance|go|continue|next|promote|move|expand|roll ?back|stop|hold|kill|avan|passe)/iu.test(
    text,
  )

/** The tick before a statement. `checked` is what the Markdown parser found already. */
export function readMark(text: string, checked: boolean | undefined): Mark {
  if (checked !== undefined) return { text, form: 'box', claimed: checked }
  if (isChoice(text)) return { text, form: 'none', claimed: false }
  const mark = marks.find(({ pattern }) => pattern.test(text))
  return mark
    ? { text: text.replace(mark.pattern, ''), form: mark.form, claimed: mark.claimed }
    : { text, form: 'none', claimed: false }
}
