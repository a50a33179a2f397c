/** Words of plans and names of systems made comparable: `email_verification_outcomes` and "Email verification rate" share two of them. */

/** Said in every plan and in every name, so that sharing them means nothing. */
const common = new Set(
  `a an all and any are as at be by for from has have in into is it its new no not of on only or our over per than that the their this to via
  was were when which with
  application app service system version backend server set up setup run runs
  de des du la le les el los da do das dos pour par`
    .split(/\s+/)
    .filter(Boolean),
)

const endings =
  /(?:ications?|ations?|ifie[ds]|ied|ies|ify|ating|ate[ds]?|ments?|ions?|ures?|ings?|ers?|ness|es|ed|s|e|y)$/

/** "migrations", "migrate" and "migrating" become one; what would be left with fewer than three letters stays whole. */
function stemOf(word: string): string {
  const stem = word.replace(endings, '')
  return stem.length >= 3 ? stem : word
}

/** Stems of the words that mean something, each once, in order. Case, accents, marks and camelCase are taken apart. */
export const wordsOf = (...texts: readonly string[]): string[] => [
  ...new Set(
    spokenWords(texts.join(' '))
      .filter((word) => word.length > 1 && !common.has(word))
      .map(stemOf),
  ),
]

function spokenWords(text: string): string[] {
  const plain = text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** These stems as the text spells them, for a reader. */
export const quoteWords = (stems: readonly string[], text: string): string =>
  [...new Set(spokenWords(text).filter((word) => stems.includes(stemOf(word))))]
    .map((word) => `"${word}"`)
    .join(' and ')

/** "register" and "registration": of long words, one may go on where the other ends. */
const isSame = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) >= 5 && (a.startsWith(b) || b.startsWith(a)))

/** Those of the first that the second says too. */
export const sharedWords = (first: readonly string[], second: readonly string[]): string[] =>
  first.filter((word) => second.some((other) => isSame(word, other)))

/** Those of the first that the second does not say. */
export const otherWords = (first: readonly string[], second: readonly string[]): string[] =>
  first.filter((word) => !second.some((other) => isSame(word, other)))

export type Environment = 'staging' | 'production'

const staging =
  /(?<![\p{L}])(?:staging|stage env\p{L}*|test env\p{L}*|qa|uat|pre-?prod\p{L}*|dev|development|sandbox)(?![\p{L}])/iu
const production = /(?<![\p{L}]|pre-|pre )(?:production|prod|live|producao|produccion)(?![\p{L}])/iu

/** Where something happens or stands, by the first text that says it; one that says both says neither. */
export function environmentOf(...texts: readonly (string | undefined)[]): Environment | undefined {
  for (const text of texts) {
    const spoken = (text ?? '')
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replaceAll('_', ' ')
    const isStaging = staging.test(spoken)
    if (isStaging !== production.test(spoken)) return isStaging ? 'staging' : 'production'
  }
  return undefined
}

/** The words of an environment, which choose among things and do not describe them. */
export const environmentWords = wordsOf('staging production prod live test qa uat dev development preprod environment')
