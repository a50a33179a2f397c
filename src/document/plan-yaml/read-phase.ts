/** Phases, steps, stages and code of a YAML plan. */
import type { DraftCode, DraftPhase, DraftStage, DraftStep, Timing } from '../../core/plan/draft.ts'
import { readStageTitle } from '../grammar/read-stage-title.ts'
import { readCode } from '../readers/read-code.ts'
import { fact, type PlanPlaces, type YamlPath } from './plan-place.ts'
import type { CodeYaml, PhaseYaml, StageYaml, StepYaml } from './plan-yaml.ts'
import { readCriterion, readTime, readTriggers } from './read-statement.ts'

const weekMs = 7 * 86_400_000

export function readPhase(places: PlanPlaces, path: YamlPath, yaml: PhaseYaml): DraftPhase {
  const { name, track, traffic, target, objective, timing: when } = yaml
  const ordinal = readNumber(yaml)
  const timing = when && readTime(places, [...path, 'timing'], when)
  const criteria = (key: 'entry' | 'success'): DraftPhase['criteria'] =>
    yaml[key].flatMap((criterion, index) => readCriterion(places, [...path, key, index], criterion))
  return {
    ...fact(places, path, 'phase/yaml', { name, at: yaml.at }),
    ...(ordinal === undefined ? {} : { ordinal }),
    ...(track === undefined ? {} : { track }),
    ...(traffic === undefined ? {} : { percent: traffic }),
    ...(target ? { target: target.text, targetSource: places.place([...path, 'target'], target.at) } : {}),
    ...(objective
      ? { objective: objective.text, objectiveSource: places.place([...path, 'objective'], objective.at) }
      : {}),
    ...(timing ? { timing } : {}),
    steps: readSteps(places, [...path, 'steps'], yaml.steps),
    stages: readStages(places, [...path, 'stages'], yaml.stages, weekStartOf(timing)),
    entryCriteria: criteria('entry'),
    criteria: criteria('success'),
    triggers: readTriggers(places, path, yaml),
  }
}

/** "Day 4" inside a phase is a day of the week in which the phase starts. */
export function weekStartOf(timing: Timing | undefined): number {
  return Math.floor((timing?.startOffsetMs ?? 0) / weekMs) * weekMs
}

/** The phase's number decides its id, so a name that has one says it as it would in a heading. */
function readNumber({ name, number }: Pick<PhaseYaml, 'name' | 'number'>): string | undefined {
  if (number === undefined) return readStageTitle(name)?.ordinal
  return number === 'none' ? undefined : number
}

export function readSteps(places: PlanPlaces, path: YamlPath, steps: readonly StepYaml[]): DraftStep[] {
  return steps.map((step, index) => {
    const own = [...path, index]
    const { code, ...rest } = step
    return { ...fact(places, own, 'step/yaml', rest), code: readCodes(places, [...own, 'code'], code) }
  })
}

export function readStages(
  places: PlanPlaces,
  path: YamlPath,
  stages: readonly StageYaml[],
  weekStartMs: number,
): DraftStage[] {
  return stages.map(({ name, share, timing, at }, index) => {
    const own = [...path, index]
    return {
      ...fact(places, own, 'stage/yaml', { name: name ?? `${share}%`, percent: share, at }),
      ...(timing ? { timing: readTime(places, [...own, 'timing'], timing, weekStartMs) } : {}),
    }
  })
}

/** A block's text begins on the line after the key it stands at, as that of a fence begins after the fence. */
export function readCodes(places: PlanPlaces, path: YamlPath, codes: readonly CodeYaml[]): DraftCode[] {
  return codes.map(({ text: written, language = '', content, environment, at }, index) => {
    const source = places.place([...path, index, 'text'], at)
    // A block (`|`) ends in a line break that nobody means.
    const text = written.replace(/\n$/, '')
    const read = readCode({ kind: 'code', language, text, start: source.start, end: source.end })
    return {
      ...read,
      source,
      rule: 'code/yaml',
      content: content ?? read.content,
      ...(environment === undefined ? {} : { environment }),
    }
  })
}
