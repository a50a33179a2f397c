/**
 * Bugs as engineers make them, one small edit of the engine each. They exist in the tests alone: a text that is no longer there, or there
 * twice, fails the test, so that the list cannot rot.
 */
import { betBugs } from './bet-bugs.ts'

export interface PlantedBug {
  name: string
  /** Below `src/core`. */
  file: string
  find: string
  replace: string
}

const bug = (name: string, file: string, find: string, replace: string): PlantedBug => ({ name, file, find, replace })

export const bugs: readonly PlantedBug[] = [
  // Who may sign, and what their word is worth.
  bug('the author signs', 'access/roles.ts', 'if (personId === plan.author)', 'if (personId === "nobody")'),
  bug('anybody signs', 'access/roles.ts', 'if (!holders.includes(personId))', 'if (holders.length === 0)'),
  bug(
    'one signature short',
    'release/gates/signatures.ts',
    '.length >= signersNeeded(gate)',
    '.length >= signersNeeded(gate) - 1',
  ),
  bug(
    'signatures on another digest count',
    'release/gates/signatures.ts',
    'digest === release.digest && maySign',
    'digest !== "" && maySign',
  ),
  bug(
    'a no-go is not heard',
    'release/gates/signatures.ts',
    "if (gate.kind === 'goNoGo' && words",
    "if (gate.kind === 'signOff' && words",
  ),
  bug(
    'a signature is not taken back by a later no',
    'release/gates/signatures.ts',
    'last.set(word.person.id, word)',
    'if (word.approved) last.set(word.person.id, word)',
  ),
  bug(
    'one person signs twice',
    'release/gates/signatures.ts',
    'last.set(word.person.id, word)',
    'last.set(`${word.person.id} ${word.atMs}`, word)',
  ),
  // Evidence.
  bug(
    'old evidence opens a gate',
    'release/gates/checked.ts',
    'return ageMs > maximumAgeMs',
    'return ageMs > maximumAgeMs * 1_000',
  ),
  bug(
    'a streak is not broken by a red run',
    'release/gates/checked.ts',
    "evidence.verdict !== 'passed' || isAboutAnother",
    "evidence.verdict === 'pending' || isAboutAnother",
  ),
  bug(
    'evidence about another artefact counts',
    'release/gates/checked.ts',
    '!own.includes(subject.artefactDigest)',
    'own.includes(subject.artefactDigest)',
  ),
  bug(
    'the deadline of a failed check is forgotten',
    'release/gates/checked.ts',
    'failedSinceTried(state) >= failedRuns.limit',
    'failedSinceTried(state) > failedRuns.limit * 100',
  ),
  bug(
    'runs of a streak are not kept apart',
    'release/gates/checked.ts',
    'return newest.atMs + gate.everyMs',
    'return newest.atMs',
  ),
  bug(
    'a webhook that failed opens its gate',
    'release/gates/checked.ts',
    "red = runs.findLastIndex(({ evidence }) => evidence.verdict !== 'passed'",
    "red = runs.findLastIndex(({ evidence }) => evidence.verdict === 'pending'",
  ),
  bug(
    'a run counts although its number is old',
    'release/fold-gates.ts',
    'runsDone: purpose.run',
    'runsDone: purpose.run - 1',
  ),
  bug(
    'a deadline counts from the start of the release',
    'release/gates/deadline.ts',
    'missMs: state.openedMs + inReleaseTime',
    'missMs: inReleaseTime',
  ),
  bug(
    'a missed deadline always holds',
    'release/gates/deadline.ts',
    "if (onMissed === 'abort')",
    "if (onMissed !== 'abort' && onMissed !== 'hold')",
  ),
  bug(
    'a deadline is missed again and again',
    'release/fold-gates.ts',
    'withGate(before, gateId, { missedMs: elapsedMs })',
    'withGate(before, gateId, { remindedMs: elapsedMs })',
  ),
  bug(
    'reminders ignore the speed',
    'release/gates/deadline.ts',
    '(state.remindedMs ?? state.openedMs) + inReleaseTime(release, remindEveryMs)',
    '(state.remindedMs ?? state.openedMs) + inReleaseTime(release, remindEveryMs) / 2',
  ),
  // Stages.
  bug(
    'a look without data earns bake time',
    'release/react-to-observation.ts',
    'const fresh = Object.keys(missing).length === 0 && confirmed',
    'const fresh = confirmed',
  ),
  bug('bake time is earned while paused', 'release/react-to-observation.ts', '&& release.pause === null', ''),
  bug(
    'bake time is earned at another share',
    'release/react-to-observation.ts',
    'length === 0 && confirmed &&',
    'length === 0 &&',
  ),
  bug(
    'a late look earns all its time',
    'release/react-to-observation.ts',
    'const maximumCreditIntervals = 3',
    'const maximumCreditIntervals = 300',
  ),
  bug(
    'bake time counts from the entry',
    'release/react-to-observation.ts',
    'Math.min(nowMs - exposure.lastLookMs,',
    'Math.min(nowMs - exposure.enteredMs,',
  ),
  bug(
    'a candidate without data is no missing data',
    'release/react-to-observation.ts',
    'return outcome.value.arms.candidate ? undefined :',
    'return outcome.ok ? undefined :',
  ),
  bug(
    'a stage passes before its bake is over',
    'release/advance-rollout.ts',
    'exposure.bakedMs < bakeMs(release, stage) ||',
    'exposure.bakedMs < bakeMs(release, stage) / 2 ||',
  ),
  bug(
    'a stage passes on missing data',
    'release/advance-rollout.ts',
    'if (missing.length > 0 || isStale ||',
    'if (isStale ||',
  ),
  bug(
    'a stage passes undecided',
    'release/advance-rollout.ts',
    'if (exposure.override || (!undecided && ',
    'if (exposure.override || (',
  ),
  bug('a stage passes while a trigger acts', 'release/advance-rollout.ts', ' || exposure.acting.length > 0)', ')'),
  bug(
    'a failing criterion does not hold the stage',
    'release/advance-rollout.ts',
    "verdict === 'Failed' || verdict === 'Error'",
    "verdict === 'Error'",
  ),
  bug(
    'an override holds for the next stage too',
    'release/fold-exposure.ts',
    'override: null,',
    'override: before?.override ?? null,',
  ),
  bug(
    'bake time is carried into the next stage',
    'release/fold-exposure.ts',
    'bakedMs: 0,',
    'bakedMs: before?.bakedMs ?? 0,',
  ),
  bug(
    'a stage waits for no other service',
    'release/advance-rollout.ts',
    'next.after.every((id) => hasPassed(release, id))',
    'next.after.some((id) => hasPassed(release, id)) || next.id !== ""',
  ),
  bug(
    'the ladder skips a stage',
    'release/advance-rollout.ts',
    'const next = step.stages[index + 1]',
    'const next = step.stages[index + 2] ?? step.stages[index + 1]',
  ),
  bug(
    'a promotion needs no verdict',
    'release/steer.ts',
    'if (open.length > 0 || exposure.acting.length > 0) {',
    'if (exposure.acting.length > 0) {',
  ),
  bug(
    'a promotion needs no data',
    'release/steer.ts',
    'if (isStale || Object.keys(exposure.missing).length > 0) return',
    'if (isStale) return',
  ),
  bug(
    'missing data can be overridden',
    'release/steer.ts',
    'if (Object.keys(exposure.missing).length > 0)\n    return wrongState(release, `${name} has no',
    'if (exposure.passed)\n    return wrongState(release, `${name} has no',
  ),
  // The judge.
  bug(
    'a verdict needs one sample less',
    'judge/threshold-judge.ts',
    'compared >= minimumSamples)',
    'compared >= minimumSamples - 1)',
  ),
  bug(
    'the baseline is judged in the candidate’s place',
    'judge/threshold-judge.ts',
    "const candidate = countsOf(state, question, 'candidate')",
    "const candidate = countsOf(state, question, 'baseline')",
  ),
  bug(
    'counts are added twice',
    'judge/counts.ts',
    'total: sum.total + added.total',
    'total: sum.total + added.total * 2',
  ),
  bug(
    'events are not added up',
    'judge/counts.ts',
    'result.events = sum.events + added.events',
    'result.events = added.events',
  ),
  bug(
    'a window keeps what is too old',
    'judge/threshold-judge.ts',
    'past.toMs > look.toMs - horizonMs',
    'past.toMs > look.toMs - horizonMs * 3',
  ),
  bug(
    'a breach reads as a pass',
    'judge/threshold-judge.ts',
    "return holds === isTrigger ? 'Failed' : 'Successful'",
    "return holds ? 'Successful' : 'Failed'",
  ),
  bug(
    'a percentile is judged at its own edge from below',
    'judge/threshold-judge.ts',
    'return upper ? above < allowed : above > allowed',
    'return upper ? above > allowed : above > allowed',
  ),
  bug(
    'a gauge fails a stage',
    'judge/gauge-judge.ts',
    "(holds === true ? 'Successful' : 'Inconclusive')",
    "(holds === true ? 'Successful' : 'Failed')",
  ),
  bug(
    'one look in its window breaches a gauge',
    'judge/gauge-judge.ts',
    'looks.every((look) => look.holds) && reachMs >= windowMs / 2',
    'looks.some((look) => look.holds)',
  ),
  bug(
    'values of a gauge are judged as counts',
    'release/look.ts',
    'isGauge(plan.metrics[metricId]) ? gaugeJudge : judgeOf(plan)',
    'judgeOf(plan)',
  ),
  bug(
    'outcomes count before they are known',
    'release/look.ts',
    'atMs - exposure.enteredMs < (release.plan.metrics[statement.metricId]?.maturesMs ?? 0)',
    'atMs - exposure.enteredMs < 0',
  ),
  bug('a bookmark is lost', 'release/fold-exposure.ts', 'if (reading) cursors[metricId] = reading.cursor', ''),
  // Triggers.
  bug(
    'a trigger fires on the first breached look',
    'release/advance-triggers.ts',
    '(streaks[id] ?? 0) >= release.plan.judging.breachLooks',
    '(streaks[id] ?? 0) >= 1',
  ),
  bug(
    'a streak is not broken by a clear look',
    'release/fold-exposure.ts',
    'after[statementId] = Math.min(0, streak) - 1',
    'after[statementId] = streak',
  ),
  bug(
    'triggers of a passed stage are disarmed',
    'release/advance-triggers.ts',
    'if (!exposure || rollback) return []',
    'if (!exposure || exposure.passed || rollback) return []',
  ),
  bug(
    'triggers are disarmed while paused',
    'release/advance-triggers.ts',
    'export function advanceTriggers(release: Release, now: Now): ReleaseEvent[] {',
    'export function advanceTriggers(release: Release, now: Now): ReleaseEvent[] {\n  if (release.pause) return []',
  ),
  bug(
    'a trigger acts at every look',
    'release/fold-exposure.ts',
    'acting: [...acting, triggerId]',
    'acting: [...acting]',
  ),
  bug('a trigger is clear at once', 'release/advance-triggers.ts', '<= -release.plan.judging.clearLooks', '<= 0'),
  // Calls.
  bug('a call is tried once too often', 'release/effects.ts', 'last.attempt >= attempts)', 'last.attempt > attempts)'),
  bug(
    'a call is tried again at once',
    'release/effects.ts',
    'atMs: last.settled.atMs + waitMs',
    'atMs: last.settled.atMs',
  ),
  bug('a failed command is done', 'release/effects.ts', 'value.result.exitCode !== 0', 'value.result.exitCode > 1'),
  bug(
    'a flag that was set by half is done',
    'release/effects.ts',
    'return asked.percent === seen.percent &&',
    'return asked.percent >= seen.percent &&',
  ),
  bug(
    'an answer of another kind is taken',
    'release/effects.ts',
    'if (effect.kind !== value.kind) return',
    'if (effect.kind === "deploy" && effect.kind !== value.kind) return',
  ),
  bug('calls have no fence', 'release/fold-effects.ts', 'fence: position,', 'fence: 0,'),
  bug(
    'an effect id is used twice',
    'release/fold-effects.ts',
    'effectCount: before.effectCount + 1,',
    'effectCount: Math.max(1, before.effectCount),',
  ),
  bug(
    'a settled call is taken again',
    'release/decide.ts',
    'if (state.settled) return',
    'if (state.settled && release.ended) return',
  ),
  bug(
    'a notice goes out twice',
    'release/advance-notices.ts',
    '`held at ${sinceMs}, ${about}`',
    '`held at ${release.elapsedMs}, ${about}`',
  ),
  // Phases and steps.
  bug(
    'exit gates are asked before the steps are done',
    'release/advance-phases.ts',
    'if (openSteps(phase, state).length > 0) return []',
    'if (openSteps(phase, state).length > 1) return []',
  ),
  bug(
    'entry gates are not asked',
    'release/advance-phases.ts',
    "if (entry !== 'open') return entry",
    "if (entry !== 'open' && entry.length > 0) return entry",
  ),
  bug(
    'steps do not wait for each other',
    'release/phases.ts',
    '!isDone(state, step.id) && before.every((id) => isDone(state, id))',
    '!isDone(state, step.id) && before.every((id) => state.steps[id])',
  ),
  bug(
    'a wait ignores half of its time',
    'release/steps/steps.ts',
    'startedMs + inReleaseTime(release, step.waitMs)',
    'startedMs + inReleaseTime(release, step.waitMs) / 2',
  ),
  bug(
    'a migration is applied before its backup is verified',
    'release/steps/calls.ts',
    "['backup', 'verifyBackup', 'dryRun', 'apply', 'verify']",
    "['backup', 'apply', 'verifyBackup', 'dryRun', 'verify']",
  ),
  bug(
    'a ladder can be skipped',
    'release/steer.ts',
    "if (step?.kind === 'rollout') return",
    "if (step?.kind === 'wait') return",
  ),
  bug(
    'a person’s word can be skipped',
    'release/steer.ts',
    "  if ('role' in gate)\n    return wrongState(",
    "  if ('nobody' in gate)\n    return wrongState(",
  ),
  bug('a paused release goes on', 'release/advance.ts', 'if (release.pause) return []', ''),
  bug(
    'a release succeeds with a part that went back',
    'release/advance-phases.ts',
    'rollback === null && holds',
    'holds',
  ),
  bug('a retry keeps what had failed', 'release/fold-phases.ts', 'effects: withoutEffectsOf(before, about),', ''),
  bug(
    'a hold is not cleared',
    'release/fold-people.ts',
    'before.holds.filter((hold) => hold.about !== about)',
    'before.holds.filter((hold) => hold.about === about)',
  ),
  bug(
    'nobody notices that a word is stale',
    'release/changes.ts',
    'change.version > version &&',
    'change.version > version + 1_000 &&',
  ),
  bug(
    'everybody steers',
    'release/steer.ts',
    'if (!right.allowed) return',
    'if (!right.allowed && actor.id === "") return',
  ),
  // Going back.
  bug(
    'an abort waits for a pause to end',
    'release/react-to-command.ts',
    "case 'abort':\n      return abort(release, command)",
    "case 'abort':\n      if (release.pause) return wrongState(release, 'it is paused')\n      return abort(release, command)",
  ),
  bug(
    'a second abort of a rollback is refused',
    'release/react-to-command.ts',
    "status === 'RollingBack' && release.rollback?.isWhole)",
    "status === 'RollingBack')",
  ),
  bug(
    'going back stops no phase',
    'release/fold-rollback.ts',
    "stops.includes(id) ? { ...state, status: 'stopped' } : state",
    "stops.includes(id) && state.status === 'waiting' ? { ...state, status: 'stopped' } : state",
  ),
  bug(
    'users go back to the wrong share',
    'release/advance-rollback.ts',
    'moveEffect(service, 0)',
    'moveEffect(service, 1)',
  ),
  bug(
    'a train goes back in the order it came',
    'release/scope.ts',
    'filter((name) => going.has(name)).reverse()',
    'filter((name) => going.has(name))',
  ),
  bug(
    'an abort leaves a service where it is',
    'release/scope.ts',
    'const services = exposedServices(release).reverse()',
    'const services = exposedServices(release).reverse().slice(0, 2)',
  ),
  bug(
    'what depends on a service stays',
    'release/scope.ts',
    'if (isDrawnIn(release, name, going, stopping)) going.add(name)',
    'if (going.has(name)) going.add(name)',
  ),
  bug(
    'services do not take turns',
    'release/advance-rollback.ts',
    'Math.max(firstOpen, stuck) + 1',
    'Math.max(firstOpen, stuck) + 2',
  ),
  bug(
    'one that is stuck holds all the others up',
    'release/advance-rollback.ts',
    'Math.max(firstOpen, stuck) + 1',
    'firstOpen + 1',
  ),
  bug(
    'a late rollback is no failure',
    'release/advance-rollback.ts',
    'const isLate = rollback.overdue || now.elapsedMs - rollback.triggeredMs > release.plan.rollback.deadlineMs',
    'const isLate = false',
  ),
  bug(
    'a rollback is late twice',
    'release/fold-rollback.ts',
    'withRollback(before, { overdue: true })',
    'withRollback(before, { endedMs: null })',
  ),
  bug(
    'the clock of a rollback starts anew',
    'release/fold-rollback.ts',
    'isGoingBack(before) ? (before.rollback?.triggeredMs ?? elapsedMs) : elapsedMs',
    'elapsedMs',
  ),
  bug(
    'going back keeps what is held',
    'release/fold-rollback.ts',
    'holds: isWhole ? [] : heldElsewhere(before, services, phases),',
    'holds: before.holds,',
  ),
  bug(
    'another release’s place is not said',
    'release/advance-rollback.ts',
    "if (rollback.cause.kind === 'superseded') return",
    "if (rollback.cause.kind === 'deadline') return",
  ),
  bug(
    'a rollback step comes before users are back',
    'release/advance-rollback.ts',
    'if (unread.length > 0) return []',
    'if (unread.length > 1) return []',
  ),
  bug(
    'a rollback waits for the baseline for ever',
    'release/advance-rollback.ts',
    "if (!outcome.ok || outcome.value.kind !== 'readVersions') return 'enough'",
    "if (!outcome.ok || outcome.value.kind !== 'readVersions') return []",
  ),
  bug(
    'nobody wakes a release for its retries',
    'release/needs.ts',
    'const times = [...retryTimes(release)]',
    'const times: number[] = []',
  ),
  bug(
    'nobody wakes a release for its deadlines',
    'release/gates/deadline.ts',
    'return [times?.missMs, times?.remindMs]',
    'return [times?.remindMs]',
  ),
  bug(
    'an event is counted twice',
    'release/evolve.ts',
    'const version = before.version + 1',
    'const version = before.version + (event.type === "StagePassed" ? 2 : 1)',
  ),
  bug(
    'what is held hides what is paused',
    'release/evolve.ts',
    "if (release.pause) return 'Paused'\n  if (release.holds.length > 0) return 'Held'",
    "if (release.holds.length > 0) return 'Held'\n  if (release.pause) return 'Paused'",
  ),
  bug(
    'a phase begins before its time',
    'release/advance-phases.ts',
    'mayBegin(release, phase) && unmetConditions(release, phase, now).length === 0',
    'mayBegin(release, phase)',
  ),
  bug(
    'a phase begins before what it depends on is done',
    'release/phases.ts',
    "dependsOn.every((id) => release.phases[id]?.status === 'completed')",
    "dependsOn.every((id) => release.phases[id]?.status !== 'waiting')",
  ),
  bug(
    'a service is called back by any readback',
    'release/fold-effects.ts',
    'rollback?.readBackMs === null && isAsAsked)',
    'rollback?.readBackMs === null)',
  ),
  bug(
    'the share of the last stage is asked for at once',
    'release/advance-rollout.ts',
    'stage.percent, cohorts)',
    'step.stages.at(-1)?.percent ?? 0, cohorts)',
  ),
  bug(
    'a stage is entered although another share was read back',
    'release/advance-rollout.ts',
    "if (state !== 'done' || shares.observed === null || !sameShares(shares.desired, shares.observed)) return []",
    'if (shares.observed === null) return []',
  ),
  bug(
    'a window that closed is still open',
    'release/gates/calendar.ts',
    'nextOpen(gate, now) === now.wallMs',
    '(nextOpen(gate, now) ?? 0) > 0',
  ),
  bug(
    'a promotion leaves its stage held',
    'release/steer.ts',
    '...clearedHold(release, stageAbout(stage.id), `promoted: ${reason}`),',
    '',
  ),
  bug(
    'a failed rollback step is no failure',
    'release/advance-rollback.ts',
    'const [failed] = Object.entries(rollback.failedSteps)',
    'const [failed] = Object.entries(rollback.failedSteps).slice(1)',
  ),
  bug(
    'a deployment that is not healthy is done',
    'release/effects.ts',
    'version === effect.version && healthy)',
    'version === effect.version)',
  ),
  bug(
    'another artefact goes to production',
    'release/effects.ts',
    'tried !== undefined && digest !== tried)',
    'tried !== undefined && digest === "")',
  ),
  ...betBugs,
]
