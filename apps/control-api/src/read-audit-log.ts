import type { AuditEntry, listAuditLog, RequestOf } from '@tocsin/contract';
import type { Database } from '@tocsin/store';
import { decodeCursor, encodeCursor } from './cursor.ts';

type Page = RequestOf<typeof listAuditLog>['query'];

/** Reads the log, newest first. */
export async function readAuditLog(
  { db }: Database,
  { limit, cursor }: Page,
): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  let statement = db
    .selectFrom('audit_log')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined)
    statement = statement.where('id', '<', Number(decodeCursor(cursor, /^[1-9]\d{0,14}$/)));
  const rows = await statement.execute();
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return {
    items: page.map((row) => ({ ...row, id: String(row.id), at: row.at.toISOString() })),
    nextCursor: last === undefined ? null : encodeCursor(String(last.id)),
  };
}
