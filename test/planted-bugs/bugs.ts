/**
 * Bugs as engineers make them, one small edit of the engine each. They exist in the tests alone: a text that is no longer there, or there
 * twice, fails the test, so that the list cannot rot.
 */

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
]
