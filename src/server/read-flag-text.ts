/** The text of a file of flags, within limits. */
import { open } from 'node:fs/promises'
import type { Fault } from '../core/flags/fault.ts'

/** What reading a file of flags came to: `isNew` where it changed what is served. */
export interface FlagReading {
  faults: Fault[]
  isNew: boolean
}

const maximumBytes = 16_777_216

/** A byte order mark is no part of it. */
export async function readFlagText(path: string): Promise<{ text: string } | { faults: Fault[] }> {
  try {
    await using file = await open(path, 'r')
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error('this is no file')
    if (stat.size > maximumBytes) throw new Error(`it is larger than ${maximumBytes} bytes`)
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile()) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { faults: [{ path: [], message: code === 'ENOENT' ? 'there is no such file' : message }] }
  }
}
