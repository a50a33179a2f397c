/**
 * JUnit XML as test runners write it: `testsuites`, `testsuite` (which may nest) and `testcase` with `failure`, `error` or `skipped`. Results
 * are counted from the test cases; what a suite says of itself in attributes is only compared with them.
 */
import { setImmediate } from 'node:timers/promises'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { stoppedBy } from '../with-deadline.ts'
import { type JunitReport, JunitTally } from './junit-tally.ts'
import { oneLine } from './word-evidence.ts'

/** What is parsed at once, in characters: between two pieces others get their turn. */
const pieceLength = 65_536
const maximumDepth = 100
const encodings = ['utf-8', 'us-ascii']

/** Not JUnit, not well-formed, or more than Tidegate reads. */
class Refusal extends Error {}

/** `rejected`, with line and column where it can be said, for what is no JUnit XML; any document type declaration is refused. `timeout` or `unavailable` once the signal aborts. */
export async function parseJunit(text: string, signal: AbortSignal): Promise<Outcome<JunitReport>> {
  const tally = new JunitTally()
  const parser = new SaxesParser()
  let depth = 0
  let problem: string | undefined
  const refuse = (words: string) => {
    throw new Refusal(`line ${parser.line}: ${words}`)
  }
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!encodings.includes(encoding.toLowerCase())) refuse(`it says that it is ${oneLine(encoding)}; save it as UTF-8`)
  })
  parser.on('doctype', () => refuse('a document type declaration (DTD) is not read; write the report without one'))
  parser.on('error', ({ message }) => {
    throw new Refusal(`it is not well-formed XML: ${oneLine(message)}`)
  })
  parser.on('opentag', (tag: SaxesTagPlain) => {
    depth++
    if (depth > maximumDepth) refuse(`more than ${maximumDepth} elements inside each other`)
    if (depth === 1 && tag.name !== 'testsuites' && tag.name !== 'testsuite')
      refuse(`it begins with <${oneLine(tag.name, 40)}>; a JUnit report begins with <testsuites> or <testsuite>`)
    tally.open(tag.name, tag.attributes)
  })
  parser.on('closetag', () => {
    depth--
    tally.close()
  })
  try {
    for (let start = 0; start < text.length; start += pieceLength) {
      parser.write(text.slice(start, start + pieceLength))
      await setImmediate()
      if (signal.aborted) return stoppedBy(signal, 'reading it')
    }
    parser.close()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    problem = error.message
  }
  return problem === undefined ? succeed(tally.report()) : fail('rejected', problem)
}
