/** How each status looks: a shape, a word and a tone, so that none of them stands alone. */
import type { ReleaseView, StatementView } from '../server/contract.ts'
import type { Span, Tone } from './styled-line.ts'

export interface Shape {
  symbol: string
  word: string
  tone: Tone
}

const shape = (symbol: string, word: string, tone: Tone): Shape => ({ symbol, word, tone })

export const releaseShapes: Record<ReleaseView['status'], Shape> = {
  Pending: shape('○', 'waiting to begin', 'quiet'),
  Progressing: shape('◐', 'running', 'active'),
  Held: shape('?', 'held: a person decides', 'warning'),
  Paused: shape('▲', 'paused', 'warning'),
  RollingBack: shape('⟲', 'rolling back', 'warning'),
  Succeeded: shape('●', 'succeeded', 'good'),
  RolledBack: shape('⟲', 'rolled back', 'warning'),
  Degraded: shape('✖', 'degraded: a person must act', 'bad'),
  Superseded: shape('○', 'superseded', 'quiet'),
}

type PhaseView = ReleaseView['phases'][number]

export const phaseShapes: Record<PhaseView['status'], Shape> = {
  waiting: shape('○', 'waiting', 'quiet'),
  active: shape('◐', 'running', 'active'),
  completed: shape('●', 'completed', 'good'),
  stopped: shape('⟲', 'stopped', 'warning'),
}

export const stageShapes: Record<PhaseView['stages'][number]['status'], Shape> = {
  waiting: shape('○', 'waiting', 'quiet'),
  active: shape('◐', 'running', 'active'),
  passed: shape('●', 'passed', 'good'),
  rolledBack: shape('⟲', 'rolled back', 'warning'),
}

type Verdict = NonNullable<StatementView['verdict']>

const unseen = shape('○', 'waiting', 'quiet')
const undecided = shape('?', 'undecided', 'warning')
const unable = shape('✖', 'error', 'bad')
const criterionShapes: Record<Verdict, Shape> = {
  Successful: shape('●', 'pass', 'good'),
  Failed: shape('▲', 'not met', 'warning'),
  Inconclusive: undecided,
  Error: unable,
}
const triggerShapes: Record<Verdict, Shape> = {
  Successful: shape('●', 'clear', 'good'),
  Failed: shape('✖', 'fired', 'bad'),
  Inconclusive: undecided,
  Error: unable,
}

/** A trigger that fired is a failure; a criterion that does not hold yet is a warning. */
export function statementShape({ verdict }: Pick<StatementView, 'verdict'>, kind: 'criterion' | 'trigger'): Shape {
  if (verdict === null) return unseen
  return (kind === 'trigger' ? triggerShapes : criterionShapes)[verdict]
}

export const shapeSpan = ({ symbol, word, tone }: Shape): Span => ({ text: `${symbol} ${word}`, tone })
