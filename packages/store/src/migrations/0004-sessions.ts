import { type Kysely, sql } from 'kysely';

/**
 * Signed-in browsers. The table holds only hashes, which make no valid cookie. A key is never deleted, only revoked.
 */
const SESSIONS = `
CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  key_id text NOT NULL REFERENCES api_keys (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(SESSIONS).execute(db);
}
