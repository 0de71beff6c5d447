import { type Kysely, sql } from 'kysely';

/** How each destination copes: its limit and its circuit. The defaults are those of a destination that nothing is known of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE destination_health
      ADD COLUMN flow_limit double precision NOT NULL DEFAULT 4,
      ADD COLUMN limit_lowered_at timestamptz,
      ADD COLUMN fastest_ms double precision,
      ADD COLUMN failed_deliveries uuid[] NOT NULL DEFAULT '{}',
      ADD COLUMN circuit_opened_at timestamptz,
      ADD COLUMN probes_succeeded smallint NOT NULL DEFAULT 0,
      ADD COLUMN held_until timestamptz`.execute(db);
  await sql`
    CREATE UNLOGGED TABLE destination_turns (
      destination_id uuid PRIMARY KEY,
      -- The first turn that nobody has.
      next_at timestamptz NOT NULL,
      -- Of the last that were taken: the first, and how many.
      taken_from timestamptz NOT NULL,
      taken integer NOT NULL
    )`.execute(db);
}
