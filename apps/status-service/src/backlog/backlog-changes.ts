import type { BacklogReason } from '../delivery/backlog-reason.ts';

/** A destination with due deliveries that wait in Postgres. */
export interface Backlog {
  destinationId: string;
  /** Null where the destination is gone. */
  destinationName: string | null;
  reason: BacklogReason;
}

/** One that was seen before. */
export interface KnownBacklog extends Backlog {
  /** Since it was first seen, with whatever reason. */
  ageMs: number;
  /** The reason that the log has last named. */
  loggedReason: BacklogReason | null;
}

export interface BacklogChanges {
  /** New ones, and those that have changed. */
  stored: Pick<KnownBacklog, 'destinationId' | 'reason' | 'loggedReason'>[];
  /** No longer there. */
  endedIds: string[];
  /** For the log: those that have lasted for a while. */
  began: Backlog[];
  /** For the log: the end of each that it has named. */
  ended: KnownBacklog[];
}

/** Most are over sooner, since limits follow the need: nobody needs to know of these. */
const LOGGED_AFTER_MS = 10_000;

/** What has changed since the last look. Pure. */
export function backlogChanges(known: KnownBacklog[], seen: Backlog[]): BacklogChanges {
  const before = new Map(known.map((backlog) => [backlog.destinationId, backlog]));
  const changes: BacklogChanges = { stored: [], endedIds: [], began: [], ended: [] };
  for (const backlog of seen) {
    const { destinationId, reason } = backlog;
    const old = before.get(destinationId);
    before.delete(destinationId);
    // That the queues take nothing is one line for all destinations.
    const isNews =
      old !== undefined && old.ageMs >= LOGGED_AFTER_MS && reason !== 'queues' && reason !== old.loggedReason;
    if (isNews) changes.began.push(backlog);
    if (isNews || reason !== old?.reason)
      changes.stored.push({
        destinationId,
        reason,
        loggedReason: isNews ? reason : (old?.loggedReason ?? null),
      });
  }
  changes.endedIds = [...before.keys()];
  changes.ended = [...before.values()].filter(({ loggedReason }) => loggedReason !== null);
  return changes;
}
