import type { AuditEntry, listAuditLog, RequestOf } from '@tocsin/contract';
import type { Database } from '@tocsin/store';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Who made a change: a key's name and id, the process itself, or somebody who was not let in. */
export type Actor = { keyId: string; keyName: string } | 'system' | 'anonymous';

/** One change. `detail` never holds a secret: names of headers, not their values; of a URL its origin alone. */
export interface Change {
  actor: Actor;
  action:
    | 'destination.created'
    | 'destination.updated'
    | 'destination.deleted'
    | 'destination.secret_rotated'
    | 'destination.tested'
    | 'destination.draft_tested'
    | 'api_key.created'
    | 'api_key.revoked'
    | 'api_key.admin_set'
    | 'session.opened'
    | 'session.ended'
    | 'session.refused'
    | 'queue.change_requested';
  /** `destination/<id>`, `api-key/<id>`, `queue/<name>`, or `session` for a key that does not exist. */
  subject: string;
  detail: Record<string, unknown>;
}

/** Appends to the audit log; given a transaction, together with the change itself. */
export async function recordChange(db: Pick<Database['db'], 'insertInto'>, change: Change): Promise<void> {
  const { actor, action, subject, detail } = change;
  await db
    .insertInto('audit_log')
    .values({
      actor: typeof actor === 'string' ? actor : `${actor.keyName} (${actor.keyId})`,
      action,
      subject,
      detail: JSON.stringify(detail),
    })
    .execute();
}

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
