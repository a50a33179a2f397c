/** Room on the disk that is kept for going back: a file of real bytes beside the database, given up when nothing can be written any more. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { isSystemError } from './sqlite-error.ts'

/** Enough for the rollbacks of hundreds of releases, and for the write-ahead log that holds them. */
export const reserveBytes = 8 * 1024 * 1024

/** Between two tries to lay it aside again. */
const againAfterMs = 10_000

export class DiskReserve {
  readonly #path: string
  #triedMs = Number.NEGATIVE_INFINITY

  /** `database` is the path of the file it lies beside. */
  constructor(database: string) {
    this.#path = `${database}-reserve`
  }

  /** Lays it aside where it is missing and the disk has room for it; tries seldom, so that it may be asked often. */
  keep(): void {
    const nowMs = performance.now()
    if (nowMs - this.#triedMs < againAfterMs) return
    this.#triedMs = nowMs
    if (this.isThere() || !this.#hasRoom()) return
    try {
      this.#write()
    } catch (error) {
      if (!isSystemError(error)) throw error
      rmSync(`${this.#path}.new`, { force: true })
    }
  }

  isThere(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === reserveBytes
  }

  /** Frees its room. False when there is none to free. */
  giveUp(): boolean {
    const wasThere = this.isThere()
    rmSync(this.#path, { force: true })
    this.#triedMs = performance.now()
    return wasThere
  }

  /** Twice its size: laying it aside must not be what fills the disk. */
  #hasRoom(): boolean {
    const { bavail, bsize } = statfsSync(this.#path.slice(0, this.#path.lastIndexOf('/')) || '/')
    return bavail * bsize > 2 * reserveBytes
  }

  /** Under another name until it is whole: a part of it would not be enough. */
  #write(): void {
    const descriptor = openSync(`${this.#path}.new`, 'w', 0o600)
    try {
      const block = new Uint8Array(reserveBytes / 8)
      for (let written = 0; written < reserveBytes; written += writeSync(descriptor, block));
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(`${this.#path}.new`, this.#path)
  }
}
