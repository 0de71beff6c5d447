import { type Kysely, sql } from 'kysely';
import { boundDetail, DETAIL_BYTES_MAX } from '../audit-log/bound-detail.ts';

/** For pruning: by age, and by the count of each action. */
const INDEXES = `
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_action ON audit_log (action, id);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(INDEXES).execute(db);
  await boundOldEntries(db);
}

/** Entries of earlier versions kept a test's whole answer, and whatever a list held. */
async function boundOldEntries(db: Kysely<unknown>): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; detail: Record<string, unknown> }>`
      SELECT id, detail FROM audit_log
      WHERE id > ${after} AND octet_length(detail::text) > ${DETAIL_BYTES_MAX} ORDER BY id LIMIT 200`.execute(
      db,
    );
    for (const { id, detail } of rows)
      await sql`UPDATE audit_log SET detail = ${JSON.stringify(boundDetail(detail))}::jsonb WHERE id = ${id}`.execute(
        db,
      );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
