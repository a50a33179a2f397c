/** Rule: a title announces one thing, and something else stands under it. */
import type { LintRule } from './rule.ts'

export const mislabelledSection: LintRule = {
  id: 'MISLABELLED_SECTION',
  severity: 'warning',
  summary:
    'a title announces one thing, and something else stands under it: triggers over commands, a numbered phase over criteria',
  why: 'In a hurry people go by titles. Who looks for the triggers finds none, and who counts the phases waits for one that never starts.',
  instead: 'Call the section what it holds: "Rollback commands", "Success criteria". Number only what runs.',
  check: (draft) =>
    (draft.sections ?? []).flatMap(({ title, announces, holds, source }) => {
      const what = announces === 'triggers' ? underTriggers(title, holds) : asStage(title)
      if (!what) return []
      return [
        { source: { start: source.start, end: source.start }, message: `"${title}" ${what.is}`, hint: what.instead },
      ]
    }),
  examples: {
    finds: [
      '## Rollback triggers\n```bash\nnpm run rollback\n```',
      '## Phase 1: Canary (10%)\n\n## Phase 2: Success Criteria & SLOs\n- Order errors < 1%',
      '## Phase 1: Canary (10%)\n\n## Phase 2: Failure handling\n- Stop the pods',
    ],
    accepts: [
      '## Rollback triggers\n- Order errors > 4%\n\n```bash\nnpm run rollback\n```',
      '## Rollback commands\n```bash\nnpm run rollback\n```',
      '## Phase 1: Canary (10%)\n\n## Phase 2: Rollback drill\n1. Roll back on staging',
    ],
  },
}

type Held = readonly string[]

function underTriggers(title: string, holds: Held): { is: string; instead: string } | undefined {
  if (holds.length === 0 || !holds.every((one) => one === 'commands' || one === 'settings')) return undefined
  if (/\b(?:procedures?|commands?|how to|scripts?|runbook)\b/i.test(title)) return undefined
  return {
    is: `holds ${holds.join(' and ')} and no condition`,
    instead: 'write the conditions here, and call the commands what they are',
  }
}

/** What stands right behind the number. */
const noStage =
  /^(?:[\p{L}-]{1,15} )?(?:(?:success|exit|acceptance) (?:criteria|metrics)|slos?|kpis?|failure (?:handling|modes?|scenarios?)|rollback (?:plan|procedures?|strategy|triggers?|criteria)|troubleshooting|risk (?:register|matrix))\b/iu
const work =
  /\b(?:test|testing|drill|rehears\w*|verif\w*|validat\w*|define|defin\w*|set-?up|agree|document\w*|review\w*|monitor\w*)\b/i

function asStage(title: string): { is: string; instead: string } | undefined {
  const rest = /^\W*(?:phase|stage|wave|fase|vague) ?#?\w{1,4}\b[\s:：.—–-]*(.*)$/i.exec(title)?.[1] ?? ''
  const found = noStage.exec(rest)
  if (!found || work.test(rest)) return undefined
  return {
    is: `is numbered like a stage and holds ${found[0].toLowerCase()}`,
    instead: 'take the number away; number only what runs',
  }
}
