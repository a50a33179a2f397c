/** The last lines of a log, for an error message. */
import { open } from 'node:fs/promises'
import { redactSecrets } from '../redact-secrets.ts'

const tailBytes = 2_000

/** What was written from `start` (bytes) on, at most the last 2,000 bytes, without the secrets of `environment`. */
export async function tailOfLog(
  file: string,
  start: number,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  await using log = await open(file)
  const { size } = await log.stat()
  const { buffer, bytesRead } = await log.read({
    buffer: Buffer.alloc(tailBytes),
    position: Math.max(start, size - tailBytes),
  })
  const text = redactSecrets(buffer.toString('utf8', 0, bytesRead).trim(), environment)
  return text === '' ? 'its log is empty' : text
}
