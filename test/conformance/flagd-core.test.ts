/** Every answer beside that of flagd's own evaluator for JavaScript, @openfeature/flagd-core. */

import { FlagdCore } from '@openfeature/flagd-core'
import type { EvaluationContext } from '@openfeature/server-sdk'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { evaluateFlag, withType } from '../../src/core/flags/evaluate-flag.ts'
import { readFlagSet } from '../../src/core/flags/read-flag-set.ts'
import { context, flag } from './random-flag.ts'

const runs = 1_000
const nowSec = 1_800_000_000
beforeAll(() => vi.useFakeTimers({ now: nowSec * 1000, toFake: ['Date'] }))
afterAll(() => vi.useRealTimers())

const silent = { error() {}, warn() {}, info() {}, debug() {} }

interface Answer {
  value?: unknown
  variant?: string | undefined
  reason?: string
  errorCode?: string | undefined
  flagMetadata?: object
}

function theirs(text: string, context: EvaluationContext, disableDynamicCodeGeneration: boolean): Answer {
  const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration })
  core.setConfigurations(text)
  try {
    return core.resolveBooleanEvaluation('flag', true, context, silent)
  } catch {
    // What a rule gave cannot become the name of a variant.
    const { metadata: flagMetadata = {} } = core.getFlag('flag') ?? {}
    return { reason: 'ERROR', errorCode: 'GENERAL', flagMetadata }
  }
}

function ours(text: string, context: EvaluationContext): Answer {
  const { set } = readFlagSet(text)
  if (set === undefined) throw new Error('the flags cannot be read')
  const { metadata, ...answer } = withType(evaluateFlag(set, 'flag', context, nowSec), 'flag', 'boolean')
  return { ...answer, flagMetadata: metadata }
}

/** A rule that fails for everyone may be found when it is read or when it is used. */
function comparable({ value, variant, reason, errorCode, flagMetadata }: Answer): string {
  const error = errorCode === 'PARSE_ERROR' ? 'GENERAL' : errorCode
  return JSON.stringify([value ?? true, variant, reason, error, { ...flagMetadata }])
}

it('is the same for random flags and contexts', () => {
  let compared = 0
  fc.assert(
    fc.property(flag, context, (definition, drawn) => {
      const evaluationContext = JSON.parse(JSON.stringify(drawn))
      const text = JSON.stringify({
        flags: { flag: definition },
        $evaluators: { adult: { '>=': [{ var: 'age' }, 18] } },
        metadata: { owner: 'team', region: 'eu' },
      })
      // flagd-core compiles rules or interprets them, and where these differ either answer will do.
      const answers = [false, true].map((isInterpreted) => theirs(text, evaluationContext, isInterpreted))
      // It works out what is the same for everyone at once, and refuses a rule of which a part nobody ever reaches fails.
      if (answers[0]?.errorCode === 'PARSE_ERROR' && !text.includes('unheard')) return
      compared += 1
      expect(answers.map(comparable)).toContain(comparable(ours(text, evaluationContext)))
    }),
    { numRuns: runs },
  )
  expect(compared).toBeGreaterThan(runs * 0.9)
}, 60_000)
