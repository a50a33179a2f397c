/** What a heading or label announces, from the words people use for it in several languages. */
import { bareTitle, foldCase } from '../markdown/clean-text.ts'
import { type Role, titleWords } from './title-words.ts'

const patterns = titleWords.map(({ role, ...languages }) => ({
  role,
  pattern: new RegExp(
    Object.values(languages)
      .map((words) => words.source)
      .join('|'),
  ),
}))

/** `undefined` when the title announces nothing known: its parent's role then goes on. */
export function classifyTitle(title: string): Role | undefined {
  const whole = foldCase(bareTitle(title))
  // "Exit criteria (for at least a week, with an on-call rotation and …)": what they are is said before the bracket.
  const words = whole.length > 120 ? whole.replace(/ ?\([^()]*\)$/, '') : whole
  return words.length > 120 ? undefined : patterns.find(({ pattern }) => pattern.test(words))?.role
}

/** What a trigger under this title is to do. */
export function triggerAction(title: string): 'rollBack' | 'halt' | 'pause' | 'notify' | undefined {
  const words = foldCase(title)
  if (/\broll-? ?back|revert|reversao|retour arriere|回滚|롤백/.test(words)) return 'rollBack'
  if (/\bhalt|\bstop|\babort|\barret|中止|중단/.test(words)) return 'halt'
  if (/\bpauses?\b|\bhold\b|보류/.test(words)) return 'pause'
  return /\balert(?:e?s?|as?|ing)\b|\bnotify|\bpage\b|\binvestigat/.test(words) ? 'notify' : undefined
}
