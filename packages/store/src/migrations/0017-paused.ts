import { type Kysely, sql } from 'kysely';

const PAUSED = `
ALTER TABLE destinations ADD COLUMN paused boolean NOT NULL DEFAULT false;
`;

/** Spans in which a destination took no deliveries, being paused or disabled; `ended_at` is null while that lasts. */
const PAUSES = `
CREATE TABLE destination_pauses (
  destination_id uuid NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (destination_id, began_at)
);
CREATE UNIQUE INDEX destination_pauses_open ON destination_pauses (destination_id) WHERE ended_at IS NULL;
CREATE INDEX destination_pauses_ended ON destination_pauses (ended_at);
`;

/**
 * Written with the change itself, whichever version of the control API makes it: a span that a service of the version
 * before left open would keep deliveries from ever expiring. The clock is read under the lock that lets one change run
 * at a time, so that spans never overlap. One that is paused and then disabled begins another span at once.
 */
const TRIGGER = `
CREATE FUNCTION note_destination_pause() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  changed_at timestamptz := clock_timestamp();
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.enabled = NEW.enabled AND (OLD.paused = NEW.paused OR NOT NEW.enabled) THEN
    RETURN NULL;
  END IF;
  UPDATE destination_pauses SET ended_at = greatest(began_at, changed_at)
  WHERE destination_id = NEW.id AND ended_at IS NULL;
  IF NOT NEW.enabled OR NEW.paused THEN
    INSERT INTO destination_pauses (destination_id, began_at) VALUES (NEW.id, changed_at) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$body$;
CREATE TRIGGER note_destination_pause AFTER INSERT OR UPDATE OF enabled, paused ON destinations
  FOR EACH ROW EXECUTE FUNCTION note_destination_pause();
`;

/** A destination that is disabled has been so at least since it was last changed. */
const DISABLED = `
INSERT INTO destination_pauses (destination_id, began_at)
SELECT id, updated_at FROM destinations WHERE NOT enabled AND deleted_at IS NULL;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [PAUSED, PAUSES, TRIGGER, DISABLED]) await sql.raw(part).execute(db);
}
