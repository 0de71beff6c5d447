import { type AuditEntry, listAuditLog, type RequestOf } from '@tocsin/contract';
import { defineRoute, fitPage } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { decodeTextCursor, encodeTextCursor } from '../text-cursor.ts';

export function createListAuditLog({ reads }: { reads: Database }) {
  return defineRoute(listAuditLog, ({ query }) => readAuditLog(reads, query));
}

type Page = RequestOf<typeof listAuditLog>['query'];

/** Reads the log, newest first. */
async function readAuditLog(
  { db }: Database,
  { limit, cursor }: Page,
): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  let statement = db
    .selectFrom('audit_log')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined)
    statement = statement.where('id', '<', Number(decodeTextCursor(cursor, /^[1-9]\d{0,14}$/)));
  const rows = await statement.execute();
  const entries = rows
    .slice(0, limit)
    .map((row) => ({ ...row, id: String(row.id), at: row.at.toISOString() }));
  const items = fitPage(entries);
  const last = rows.length > items.length ? items.at(-1) : undefined;
  return {
    items,
    nextCursor: last === undefined ? null : encodeTextCursor(last.id),
  };
}
