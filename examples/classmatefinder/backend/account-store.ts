// Accounts in SQLite: every statement of the service, each counted. Times are milliseconds since 1970.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ServiceMetrics } from './service-metrics.ts'
import type { Version } from './versions.ts'

const classifiedAtOnce = 1000
const profileColumns = `id, email, username, first_name AS "firstName"`
const editableColumns = `${profileColumns}, programme, about, profile_changed_at_ms AS "changedAtMs"`

export interface NewAccount {
  email: string
  username: string
  firstName: string
  passwordHash: string
  registeredAtMs: number
  tokenHash: string
  tokenExpiresAtMs: number
}

export interface ProfileChange {
  firstName?: string | undefined
  programme?: string | undefined
  about?: string | undefined
}

export type Duplicate = 'email' | 'username'

export interface AccountStore {
  /** The new account's id, or the field in which another account has the same. */
  create(account: NewAccount): number | Duplicate
  /** Marks the account of this token verified, the first time; false if there is no such token or it has expired. */
  verify(tokenHash: string, now: number): boolean
  findLogin(email: string): { id: number; passwordHash: string; verified: boolean } | undefined
  /** The profile, with the fields this version knows. */
  findProfile(id: number): Record<string, unknown> | undefined
  /** Only for a version with editable profiles. False if there is no such account. */
  changeProfile(id: number, change: ProfileChange, now: number): boolean
  /**
   * Classifies this version's registrations whose window has passed, each once for ever; answers with how many of each.
   * The outcome is stored in the same statement, so neither a restart nor a second process can repeat or lose one.
   */
  classify(windowMs: number, now: number): { verified: number; missed: number }
  /** Throws if the database does not answer. */
  check(): void
}

/** Statements are prepared for `version`: an old one never names a column that came later. */
export function createAccountStore(database: DatabaseSync, version: Version, metrics: ServiceMetrics): AccountStore {
  const query = countQueries(metrics)
  const columns = version.editableProfile ? editableColumns : profileColumns
  const statements = {
    insert: database.prepare(
      `INSERT INTO accounts (email, username, first_name, password_hash, registered_at_ms, registered_by, token_hash, token_expires_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    verify: database.prepare(
      'UPDATE accounts SET verified_at_ms = coalesce(verified_at_ms, :now) WHERE token_hash = :tokenHash AND token_expires_at_ms > :now',
    ),
    login: database.prepare('SELECT id, password_hash, verified_at_ms FROM accounts WHERE email = ?'),
    profile: database.prepare(`SELECT ${columns} FROM accounts WHERE id = ?`),
    classify: prepareClassify(database),
    check: database.prepare('SELECT count(*) FROM (SELECT 1 FROM accounts LIMIT 1)'),
  }
  const change = version.editableProfile ? prepareChange(database) : undefined

  return {
    create: (account) => {
      const { email, username, firstName, passwordHash, registeredAtMs, tokenHash, tokenExpiresAtMs } = account
      try {
        const values = [
          email,
          username,
          firstName,
          passwordHash,
          registeredAtMs,
          version.name,
          tokenHash,
          tokenExpiresAtMs,
        ]
        return query(() => Number(statements.insert.run(...values).lastInsertRowid))
      } catch (error) {
        const field = duplicateField(error)
        if (field === undefined) throw error
        return field
      }
    },
    verify: (tokenHash, now) => query(() => statements.verify.run({ tokenHash, now }).changes === 1),
    findLogin: (email) => {
      const row = query(() => statements.login.get(email))
      return (
        row && { id: Number(row.id), passwordHash: String(row.password_hash), verified: row.verified_at_ms !== null }
      )
    },
    findProfile: (id) => query(() => statements.profile.get(id)),
    changeProfile: (id, { firstName = null, programme = null, about = null }, now) => {
      if (change === undefined) throw new Error(`${version.name} has no editable profiles`)
      return query(() => change.run({ id, firstName, programme, about, now }).changes === 1)
    },
    classify: (windowMs, now) => {
      const parameters = { version: version.name, windowMs, dueBefore: now - windowMs, limit: classifiedAtOnce }
      const rows = query(() => statements.classify.all(parameters))
      const verified = rows.filter(({ verification_outcome }) => verification_outcome === 'verified').length
      return { verified, missed: rows.length - verified }
    },
    check: () => query(() => void statements.check.get()),
  }
}

function prepareClassify(database: DatabaseSync): StatementSync {
  return database.prepare(
    `UPDATE accounts
     SET verification_outcome = CASE WHEN verified_at_ms <= registered_at_ms + :windowMs THEN 'verified' ELSE 'missed' END
     WHERE id IN (
       SELECT id FROM accounts
       WHERE verification_outcome IS NULL AND registered_by = :version AND registered_at_ms < :dueBefore
       LIMIT :limit)
     RETURNING verification_outcome`,
  )
}

function prepareChange(database: DatabaseSync): StatementSync {
  return database.prepare(
    `UPDATE accounts
     SET first_name = coalesce(:firstName, first_name), programme = coalesce(:programme, programme), about = coalesce(:about, about),
         profile_changed_at_ms = :now
     WHERE id = :id`,
  )
}

function countQueries(metrics: ServiceMetrics): <T>(run: () => T) => T {
  return (run) => {
    metrics.databaseQueries.inc()
    try {
      return run()
    } catch (error) {
      if (duplicateField(error) === undefined) metrics.databaseErrors.inc()
      throw error
    }
  }
}

function duplicateField(error: unknown): Duplicate | undefined {
  const match =
    error instanceof Error ? /^UNIQUE constraint failed: accounts\.(email|username)$/.exec(error.message) : null
  return match?.[1] as Duplicate | undefined
}
