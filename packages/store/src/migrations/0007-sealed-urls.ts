import type { Sealer } from '@tocsin/secrets';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** There are URLs to seal, and this process has no keys: one that has them must migrate first. */
export class SealerNeededError extends Error {
  constructor() {
    super('the URLs of destinations are to be sealed, by a service that has TOCSIN_SECRET_KEYS');
    this.name = 'SealerNeededError';
  }
}

/** Rows in one statement. */
const BATCH = 1_000;

const COLUMNS = `
ALTER TABLE destinations
  ADD COLUMN url_origin text,
  ADD COLUMN sealed_url text,
  ADD COLUMN revision bigint NOT NULL DEFAULT 1,
  ADD COLUMN revived_at timestamptz;
`;

/**
 * The last change gives the table a new file, into which no dropped column and no dead row is copied: otherwise both
 * would keep the URLs on disk for a long time.
 */
const CLEANED = `
ALTER TABLE destinations DROP COLUMN url;
ALTER TABLE destinations
  ALTER COLUMN url_origin SET NOT NULL,
  ADD CONSTRAINT destinations_sealed_url CHECK (sealed_url IS NOT NULL OR deleted_at IS NOT NULL);
ALTER TABLE destinations ALTER COLUMN url_origin TYPE text USING url_origin || '';
`;

/**
 * Entries of earlier versions: every URL in them is cut to its origin, and the receiver's answer to a test is masked,
 * since it may echo the URL in any form. This too gives the table a new file.
 */
const AUDIT_LOG = `
ALTER TABLE audit_log ALTER COLUMN detail TYPE jsonb USING
  CASE
    WHEN action NOT LIKE 'destination.%' THEN detail
    ELSE regexp_replace(
      (CASE
        WHEN detail->>'responseBody' IS NULL THEN detail
        ELSE jsonb_set(detail, '{responseBody}', '"********"')
      END)::text,
      '(https?:\\/\\/[^/?#"\\\\\\s]+)([^"\\\\\\s]|\\\\.)*', '\\1', 'gi'
    )::jsonb
  END;
`;

/**
 * Seals the URLs of destinations, which earlier versions stored unencrypted: the path or query of many is a secret that
 * allows anyone to post there. The origin stays readable. A deleted destination's URL is removed.
 *
 * @param sealer undefined in a process without keys, which can do this only if there is nothing to seal
 */
export function sealUrls(sealer: Sealer | undefined): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`LOCK TABLE destinations IN ACCESS EXCLUSIVE MODE`.execute(db);
      await sql.raw(COLUMNS).execute(db);
      await sql`UPDATE destinations SET revision = (SELECT version FROM destinations_version)`.execute(db);
      const { rows } = await sql<{ id: string; url: string; isDeleted: boolean }>`
        SELECT id, url, deleted_at IS NOT NULL AS "isDeleted" FROM destinations`.execute(db);
      for (let start = 0; start < rows.length; start += BATCH)
        await storeSealed(db, rows.slice(start, start + BATCH), sealer);
      await sql.raw(CLEANED).execute(db);
      await sql.raw(AUDIT_LOG).execute(db);
    },
  };
}

async function storeSealed(
  db: Kysely<unknown>,
  rows: readonly { id: string; url: string; isDeleted: boolean }[],
  sealer: Sealer | undefined,
): Promise<void> {
  const sealed = rows.map(({ id, url, isDeleted }) => {
    if (isDeleted) return null;
    if (sealer === undefined) throw new SealerNeededError();
    return sealer.seal(url, `${id}/url`);
  });
  const origins = rows.map(({ url }) => URL.parse(url)?.origin ?? 'unknown');
  await sql`
    UPDATE destinations d SET url_origin = s.origin, sealed_url = s.sealed
    FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${origins}::text[], ${sealed}::text[]) AS s(id, origin, sealed)
    WHERE d.id = s.id`.execute(db);
}
