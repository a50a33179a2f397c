/** The checkpoint file: what is added can be read and checked again, also after a crash, and what was meddled with is refused. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toBase64 } from '../../core/audit/base64.ts'
import { GrowingTree, leafHash } from '../../core/audit/merkle-tree.ts'
import { parseVerifier } from '../../core/audit/signed-note.ts'
import { createCheckpointFile, readCheckpointFile } from './checkpoint-file.ts'
import { makeNoteKeys, readSigner, verifySignature } from './note-keys.ts'

const keys = makeNoteKeys('tidegate.example/log')
const audit = { checkpoints: 'log.checkpoints', key: { file: 'audit.key' } }
let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-checkpoints-'))
  file = join(folder, audit.checkpoints)
  writeFileSync(join(folder, 'audit.key'), `${keys.signer}\n`)
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => createCheckpointFile(audit, { folder })
const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => leafHash(Uint8Array.of(from + index)))

/** Adds the leaves from `from` to `to` after those that came before. */
async function seal(log: ReturnType<typeof open>, from: number, to: number) {
  const tree = new GrowingTree()
  for (const leaf of leaves(0, to)) tree.add(leaf)
  const added = leaves(from, to).map(toBase64)
  return log.append({ size: to, root: tree.root(), leaves: added, position: to, at: '2026-03-01T10:00:00.000Z' })
}

async function sealedSize(log = open()): Promise<number> {
  const read = await log.read()
  if (!read.ok) throw new Error(read.error.message)
  return read.value.tree.size
}

const history = () => {
  const verifier = parseVerifier(keys.verifier)
  return readCheckpointFile(file, { verifiers: verifier ? [verifier] : [], verify: verifySignature })
}

describe('a checkpoint file', () => {
  it('that is not there vouches for nothing', async () => {
    expect(await sealedSize()).toBe(0)
  })

  it('grows by what is sealed, also over a restart, and is nobody else’s to read', async () => {
    const log = open()
    await log.read()
    expect(await seal(log, 0, 3)).toEqual({ ok: true, value: undefined })
    expect(await seal(log, 3, 4)).toEqual({ ok: true, value: undefined })
    const again = open()
    expect(await sealedSize(again)).toBe(4)
    await seal(again, 4, 9)
    const { heads, problems, position, leaves: known } = await history()
    expect(heads.map(({ size }) => size)).toEqual([3, 4, 9])
    expect({ problems, position }).toEqual({ problems: [], position: 9 })
    expect(known).toEqual(leaves(0, 9).map(toBase64))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('goes on after a line that a crash left half written', async () => {
    const log = open()
    await log.read()
    await seal(log, 0, 3)
    await seal(log, 3, 6)
    truncateSync(file, statSync(file).size - 40)
    const again = open()
    expect(await sealedSize(again)).toBe(3)
    await seal(again, 3, 8)
    expect(await sealedSize()).toBe(8)
    expect(await history()).toMatchObject({ torn: 1, problems: [] })
  })

  it('takes nothing more while somebody else writes to it, until it is read again', async () => {
    const [one, other] = [open(), open()]
    await one.read()
    await other.read()
    await seal(one, 0, 2)
    expect(await seal(other, 0, 3)).toMatchObject({ ok: false, error: { code: 'rejected' } })
    expect(await sealedSize(other)).toBe(2)
    expect(await seal(other, 2, 3)).toMatchObject({ ok: true })
  })

  it.each([
    ['another leaf', (text: string) => text.replace(leaf(1), leaf(7)), 'do not give the head'],
    ['another size', (text: string) => text.replaceAll('\\n3\\n', '\\n2\\n'), 'signature'],
    ['a missing line', (text: string) => text.slice(text.indexOf('\n') + 1), 'events 1 to 3 are missing'],
    [
      'a line of another history',
      (text: string) => `${text}${text.split('\n')[1]?.replace(leaf(4), leaf(9))}\n`,
      'another history',
    ],
  ])('with %s is refused, with its line', async (_, change, message) => {
    const log = open()
    await log.read()
    await seal(log, 0, 3)
    await seal(log, 3, 6)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
    expect(await open().read()).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } })
  })

  it('of another key is refused', async () => {
    const log = open()
    await log.read()
    await seal(log, 0, 3)
    writeFileSync(join(folder, 'audit.key'), makeNoteKeys('tidegate.example/log').signer)
    expect(await open().read()).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('none of the keys') },
    })
  })

  it.each([
    ['no key file', () => rmSync(join(folder, 'audit.key')), 'cannot be read'],
    ['no key in it', () => writeFileSync(join(folder, 'audit.key'), 'PRIVATE+KEY+x'), 'tidegate audit keygen'],
  ])('with %s says so', async (_, break_, message) => {
    break_()
    expect(await open().read()).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } })
  })
})

const leaf = (number: number): string => toBase64(leafHash(Uint8Array.of(number)))

describe('keys', () => {
  it('sign what their verifier accepts, and are not taken under another name', () => {
    const signer = readSigner(keys.signer)
    expect(signer?.verifier).toEqual(parseVerifier(keys.verifier))
    expect(readSigner(keys.signer.replace('example', 'examples'))).toBeNull()
  })

  it('are what Go’s package makes of the same seed', () => {
    const signer = readSigner('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')
    expect(
      signer?.sign(
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
      ),
    ).toMatch(
      /\n— PeterNeumann x08go\/ZJkuBS9UG\/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n$/,
    )
  })
})
