/** Phases, steps, stages and code of a draft as the YAML plan has them. */
import type { DraftCode, DraftPhase, DraftStage, DraftStep } from '../../core/plan/draft.ts'
import { readStageTitle } from '../grammar/read-stage-title.ts'
import { readCode } from '../readers/read-code.ts'
import { weekStartOf } from './read-phase.ts'
import { writeCriterion, writeTime, writeTriggers } from './write-statement.ts'
import { given, type LinesOf, shortest, type Written } from './written.ts'

export function writePhase(linesOf: LinesOf, phase: DraftPhase): Written {
  const { name, ordinal, track, percent, target, objective, timing } = phase
  const told = readStageTitle(name)?.ordinal
  return given({
    name,
    ...linesOf(phase.source),
    number: ordinal === told ? undefined : (ordinal ?? 'none'),
    track,
    traffic: percent === undefined ? undefined : `${percent}%`,
    target: target === undefined ? undefined : shortest('text', { text: target, ...linesOf(phase.targetSource) }),
    objective:
      objective === undefined ? undefined : shortest('text', { text: objective, ...linesOf(phase.objectiveSource) }),
    timing: timing && writeTime(linesOf, timing),
    entry: phase.entryCriteria.map((criterion) => writeCriterion(linesOf, criterion)),
    steps: writeSteps(linesOf, phase.steps),
    stages: writeStages(linesOf, phase.stages, weekStartOf(timing)),
    success: phase.criteria.map((criterion) => writeCriterion(linesOf, criterion)),
    ...writeTriggers(linesOf, phase.triggers),
  })
}

export function writeSteps(linesOf: LinesOf, steps: readonly DraftStep[]): Written[] {
  return steps.map(({ text, details, code, source }) =>
    shortest('text', { text, details, code: writeCodes(linesOf, code), ...linesOf(source) }),
  )
}

export function writeStages(linesOf: LinesOf, stages: readonly DraftStage[], weekStartMs: number): Written[] {
  return stages.map(({ name, percent, timing, source }) =>
    shortest('share', {
      name: name === `${percent}%` ? undefined : name,
      share: `${percent}%`,
      timing: timing && writeTime(linesOf, timing, weekStartMs),
      ...linesOf(source),
    }),
  )
}

export function writeCodes(linesOf: LinesOf, codes: readonly DraftCode[]): Written[] {
  return codes.map(({ language, content, text, environment, source }) => {
    const told = readCode({ kind: 'code', language, text, start: 1, end: 1 }).content
    return shortest('text', {
      language: language === '' ? undefined : language,
      content: content === told ? undefined : content,
      environment,
      // A block ends in a line break; its reader takes one away.
      text: text.includes('\n') ? `${text}\n` : text,
      ...linesOf(source),
    })
  })
}
