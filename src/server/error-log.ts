/** Where servers write what went wrong: stderr, without the secrets of requests. */
import { redactSecrets } from '../core/find-secrets.ts'

export const errorLog = {
  write: (line: string): void => {
    process.stderr.write(redactSecrets(line))
  },
}
