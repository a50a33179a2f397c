/** What SQLite and the file system say when something fails. Codes: https://sqlite.org/rescode.html. */

export interface SqliteError extends Error {
  /** Extended result code; its low byte is the primary one. */
  errcode: number
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

const hasPrimaryCode = (error: unknown, code: number): error is SqliteError =>
  isSqliteError(error) && (error.errcode & 0xff) === code

export const isBusy = (error: unknown): error is SqliteError => hasPrimaryCode(error, 5)
export const isIoError = (error: unknown): error is SqliteError => hasPrimaryCode(error, 10)
/** No room: the disk's, or what the database may have of it. */
export const isFull = (error: unknown): boolean => hasPrimaryCode(error, 13)
export const isNotADatabase = (error: unknown): error is SqliteError => hasPrimaryCode(error, 26)

/** An error of the file system; `code` is `ENOENT` and the like. */
export function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}
