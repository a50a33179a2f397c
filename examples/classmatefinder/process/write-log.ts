// One JSON line on stdout for each notable thing: the log of all three processes of this example.

/** Writes `{"at":…,"event":…,…fields}`. Callers pass no passwords, tokens or whole requests. */
export function writeLog(event: string, fields: Record<string, string | number | boolean> = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`)
}

/** The message of anything thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
