/** Which processes were started, in one small file each, so that a later controller finds them again. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const suffix = '.json'

const ProcessRecord = z.strictObject({
  pid: z.int().positive(),
  /** In the system's own words: with the pid, who the process is. */
  startTime: z.string(),
  /** Of what it was started with; the values themselves may be secrets. */
  digest: z.string(),
})
export type ProcessRecord = z.infer<typeof ProcessRecord>

export class ProcessRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** A file for this process in the folder, such as its record or its log. */
  fileOf(name: string, ending: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}${ending}`)
  }

  async read(name: string): Promise<ProcessRecord | undefined> {
    const file = this.fileOf(name, suffix)
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    return text === null ? undefined : ProcessRecord.parse(JSON.parse(text))
  }

  /** Settles once the record is on disk. */
  async write(name: string, record: ProcessRecord): Promise<void> {
    const file = this.fileOf(name, suffix)
    await using temporary = await open(`${file}.new`, 'w', 0o600)
    await temporary.writeFile(JSON.stringify(record))
    await temporary.sync()
    await rename(`${file}.new`, file)
    await using folder = await open(this.#folder)
    await folder.sync()
  }

  remove(name: string): Promise<void> {
    return rm(this.fileOf(name, suffix), { force: true })
  }

  async names(): Promise<string[]> {
    await this.prepare()
    const files = await readdir(this.#folder)
    return files
      .filter((file) => file.endsWith(suffix))
      .map((file) => decodeURIComponent(file.slice(0, -suffix.length)))
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
  }
}
