/** The schema of the PostgreSQL store as numbered steps. Forward only: a step that was released never changes. */
import type { Migration } from './sqlite-migrations.ts'

export const postgresMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'events',
    sql: `
      CREATE TABLE tidegate.events (
        position      bigint PRIMARY KEY,
        stream        text NOT NULL,
        version       integer NOT NULL CHECK (version >= 1),
        at            text NOT NULL,
        elapsed_ms    double precision NOT NULL,
        clock         text NOT NULL,
        actor         text NOT NULL,
        event         text NOT NULL,
        previous_hash text NOT NULL,
        hash          text NOT NULL,
        CONSTRAINT one_event_a_version UNIQUE (stream, version)
      );
      CREATE INDEX first_events ON tidegate.events (position) WHERE version = 1;
      CREATE TABLE tidegate.last_position (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        position bigint NOT NULL
      );
      INSERT INTO tidegate.last_position (position) VALUES (0);
      CREATE FUNCTION tidegate.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'events are never changed or removed'; END $$;
      CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE ON tidegate.events
        FOR EACH ROW EXECUTE FUNCTION tidegate.refuse_change();
      CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON tidegate.events
        FOR EACH STATEMENT EXECUTE FUNCTION tidegate.refuse_change();
    `,
  },
  {
    version: 2,
    name: 'leases',
    sql: `
      CREATE TABLE tidegate.leases (
        stream     text PRIMARY KEY,
        holder     uuid NOT NULL,
        expires_at timestamptz NOT NULL
      );
    `,
  },
  {
    version: 3,
    name: 'causes',
    sql: 'ALTER TABLE tidegate.events ADD COLUMN cause text',
  },
  {
    version: 4,
    name: 'snapshots',
    sql: `
      CREATE TABLE tidegate.snapshots (
        stream  text PRIMARY KEY,
        version integer NOT NULL,
        hash    text NOT NULL,
        fold    integer NOT NULL,
        digest  text NOT NULL,
        state   text NOT NULL
      );
    `,
  },
  {
    version: 5,
    name: 'event schemas',
    sql: 'ALTER TABLE tidegate.events ADD COLUMN schema integer',
  },
]
