/** Checkpoints in a file that is only ever added to, one JSON object a line, each on disk before it counts. */
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkpointText } from '../../core/audit/checkpoint.ts'
import {
  type CheckpointRecord,
  type SealedHistory,
  SealedHistoryReader,
  type Trust,
} from '../../core/audit/checkpoint-record.ts'
import type { GrowingTree } from '../../core/audit/merkle-tree.ts'
import type { Audit } from '../../core/plan/operator-audit.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckpointLog, SealedLog, Stretch } from '../../ports/checkpoint-log.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { type NoteSigner, readSigner, verifySignature } from './note-keys.ts'

/** `folder` is where relative paths start. The file is made when the first checkpoint is written. */
export function createCheckpointFile(audit: Audit, { folder }: { folder: string }): CheckpointLog {
  return new CheckpointFile(audit, folder)
}

class CheckpointFile implements CheckpointLog {
  readonly #audit: Audit
  readonly #folder: string
  readonly #path: string
  /** As this process left it; somebody else who writes to it as well is noticed. */
  #sizeBytes = 0

  constructor(audit: Audit, folder: string) {
    this.#audit = audit
    this.#folder = folder
    this.#path = resolve(folder, audit.checkpoints)
  }

  async read(): Promise<Outcome<SealedLog>> {
    const signer = await signerOf(this.#audit, this.#folder)
    if (!signer.ok) return signer
    const trust = { verifiers: [signer.value.verifier], verify: verifySignature }
    return this.#touching(async () => {
      const { tree, position, leaves, problems, sizeBytes } = await readCheckpointFile(this.#path, trust)
      const [problem] = problems
      if (problem) return fail('rejected', `line ${problem.line} of ${this.#path} does not hold: ${problem.message}`)
      this.#sizeBytes = sizeBytes
      return succeed({ tree, position, lastLeaf: leaves.at(-1) ?? null })
    })
  }

  async append({ size, root, leaves, position, at }: Stretch): Promise<Outcome<void>> {
    const signer = await signerOf(this.#audit, this.#folder)
    if (!signer.ok) return signer
    const checkpoint = signer.value.sign(checkpointText({ origin: signer.value.verifier.name, size, root }))
    const record: CheckpointRecord = { checkpoint, at, from: size - leaves.length, position, leaves: [...leaves] }
    return this.#touching(async () => {
      await using file = await open(this.#path, 'a+', 0o600)
      const { size: foundBytes } = await file.stat()
      if (foundBytes !== this.#sizeBytes) return fail('rejected', `${this.#path} was changed by somebody else`)
      const line = `${(await endsInLine(file, foundBytes)) ? '' : '\n'}${JSON.stringify(record)}\n`
      await file.appendFile(line)
      await file.sync()
      if (foundBytes === 0) await syncFolder(dirname(this.#path))
      this.#sizeBytes = foundBytes + Buffer.byteLength(line)
      return succeed(undefined)
    })
  }

  async #touching<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    try {
      return await work()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === undefined) throw error
      return fail('unavailable', `the checkpoint file ${this.#path} cannot be used (${code})`)
    }
  }
}

/** What a checkpoint file vouches for; of one that is not there, nothing. Throws what the file system says. */
export async function readCheckpointFile(
  path: string,
  trust: Trust,
): Promise<SealedHistory & { tree: GrowingTree; sizeBytes: number }> {
  const reader = new SealedHistoryReader(trust)
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return { ...reader.finish(), sizeBytes: 0 }
  await using opened = file
  const { size: sizeBytes } = await opened.stat()
  for await (const line of opened.readLines({ autoClose: false, end: Math.max(0, sizeBytes - 1) })) reader.add(line)
  return { ...reader.finish(), sizeBytes }
}

/** The key of an operator, read anew each time it is needed. */
export async function signerOf({ key }: Audit, folder: string): Promise<Outcome<NoteSigner>> {
  const secret = await resolveSecret(key, { folder })
  if (!secret.ok) return secret
  const signer = readSigner(secret.value)
  const place = 'env' in key ? `the environment variable ${key.env}` : `the secret file ${key.file}`
  return signer
    ? succeed(signer)
    : fail('unauthorized', `${place} holds no signing key; make one with: tidegate audit keygen`)
}

async function endsInLine(file: FileHandle, sizeBytes: number): Promise<boolean> {
  if (sizeBytes === 0) return true
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, sizeBytes - 1)
  return buffer.toString() === '\n'
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
