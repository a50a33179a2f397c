/** The schema of the SQLite store as numbered steps. Forward only: a step that was released never changes. */

export interface Migration {
  version: number
  name: string
  sql: string
}

export const sqliteMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'events',
    sql: `
      CREATE TABLE events (
        position      INTEGER PRIMARY KEY,
        stream        TEXT NOT NULL,
        version       INTEGER NOT NULL CHECK (version >= 1),
        at            TEXT NOT NULL,
        elapsed_ms    REAL NOT NULL,
        clock         TEXT NOT NULL,
        actor         TEXT NOT NULL,
        event         TEXT NOT NULL,
        previous_hash TEXT NOT NULL,
        hash          TEXT NOT NULL,
        UNIQUE (stream, version)
      ) STRICT;
      CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
      CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
    `,
  },
  {
    version: 2,
    name: 'causes',
    sql: 'ALTER TABLE events ADD COLUMN cause TEXT',
  },
  {
    version: 3,
    name: 'snapshots',
    sql: `
      CREATE TABLE snapshots (
        stream  TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        hash    TEXT NOT NULL,
        fold    INTEGER NOT NULL,
        digest  TEXT NOT NULL,
        state   TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 4,
    name: 'event schemas',
    sql: 'ALTER TABLE events ADD COLUMN schema INTEGER',
  },
]
