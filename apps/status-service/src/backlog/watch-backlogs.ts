import type { Database, Transaction } from '@tocsin/store';
import type { Logger } from 'pino';
import { BACKLOG_FACTS, type BacklogFacts, backlogReason } from '../delivery/backlog-reason.ts';
import { oneAtATime } from '../loop/one-at-a-time.ts';
import { type Backlog, type BacklogChanges, backlogChanges, type KnownBacklog } from './backlog-changes.ts';

/** From what the commits keep. */
const SEEN = `
SELECT t.id AS "destinationId", t.display_name AS "destinationName", ${BACKLOG_FACTS}
FROM destination_health h JOIN destinations t ON t.id = h.destination_id AND t.deleted_at IS NULL
WHERE h.waiting > 0 AND (h.next_due_at IS NULL OR h.next_due_at <= now())`;

const KNOWN = `
SELECT b.destination_id AS "destinationId", d.display_name AS "destinationName", b.reason,
  b.logged_reason AS "loggedReason", extract(epoch FROM now() - b.since)::float8 * 1000 AS "ageMs"
FROM backlogs b LEFT JOIN destinations d ON d.id = b.destination_id`;

const STORE = `
INSERT INTO backlogs (destination_id, reason, since, logged_reason)
SELECT n."destinationId", n.reason, now(), n."loggedReason"
FROM json_to_recordset($1::json) AS n("destinationId" uuid, reason text, "loggedReason" text)
ON CONFLICT (destination_id) DO UPDATE SET reason = excluded.reason, logged_reason = excluded.logged_reason`;

/** So many lines for what begins and what ends in one look; after an outage there may be thousands. */
const LINES_MAX = 100;

/**
 * Notes for which destinations due deliveries wait in Postgres, since when and why, and logs which of these last and when
 * they end. One process at a time, with one line of all.
 */
export async function watchBacklogs(database: Database, log: Logger): Promise<void> {
  const changes = await oneAtATime(database, 'tocsin backlogs', noteChanges);
  if (changes !== null) logChanges(log, changes);
}

async function noteChanges(client: Transaction): Promise<BacklogChanges> {
  const seen = await client.query<Omit<Backlog, 'reason'> & BacklogFacts>(SEEN);
  const known = await client.query<KnownBacklog>(KNOWN);
  const changes = backlogChanges(
    known.rows,
    seen.rows.map(({ destinationId, destinationName, ...facts }) => ({
      ...{ destinationId, destinationName },
      reason: backlogReason(facts),
    })),
  );
  if (changes.stored.length > 0) await client.query(STORE, [JSON.stringify(changes.stored)]);
  if (changes.endedIds.length > 0)
    await client.query('DELETE FROM backlogs WHERE destination_id = ANY($1::uuid[])', [changes.endedIds]);
  return changes;
}

function logChanges(log: Logger, { began, ended }: BacklogChanges): void {
  for (const { destinationId, destinationName, reason } of began.slice(0, LINES_MAX))
    log.warn(
      { event: 'backlog.began', destinationId, destinationName, reason },
      'due deliveries of a destination wait in Postgres',
    );
  for (const { destinationId, destinationName, loggedReason, ageMs } of ended.slice(0, LINES_MAX))
    log.info(
      {
        event: 'backlog.ended',
        destinationId,
        destinationName,
        reason: loggedReason,
        lastedMs: Math.round(ageMs),
      },
      'no due deliveries of the destination wait any more',
    );
  const unnamed = [began, ended].map(({ length }) => Math.max(0, length - LINES_MAX));
  if (unnamed.some((count) => count > 0))
    log.warn(
      { event: 'backlog.more', began: unnamed[0], ended: unnamed[1] },
      'backlogs began or ended at more destinations than have a line of their own',
    );
}
