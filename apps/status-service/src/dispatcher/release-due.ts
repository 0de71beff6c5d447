import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import type { Commit } from '../commit/committer.ts';
import { LEAST_SEVERE_RANK, RELEASED_MAX } from '../commit/release.ts';
import { shardOf } from '../delivery/delivery-row.ts';
import { firstWaiting } from '../delivery/first-waiting.ts';
import { limitOfRateSql } from '../delivery/limit-of-rate.ts';

export interface ReleaseDueDeps {
  database: Database;
  commit: Commit;
  shards: number;
  enqueueDeliveries(jobs: DispatchedDelivery[]): Promise<void>;
  /** Asked between transactions: whether there is room and time for more. */
  mayGoOn(): Promise<boolean>;
}

/** How many destinations are locked at once; no commit for them goes on meanwhile. */
const DESTINATIONS_MAX = 200;

/** Those that may have a free slot; the commit, which has their locks, decides. */
const DUE_DESTINATIONS = `
SELECT h.destination_id AS id FROM destination_health h JOIN destinations d ON d.id = h.destination_id
WHERE h.waiting > 0 AND (h.next_due_at IS NULL OR h.next_due_at <= now())
  AND h.queued + h.delayed < d.max_in_flight AND h.queued < least(h.flow_limit, ${limitOfRateSql('d')}) AND coalesce(h.held_until <= now(), true)
  AND d.enabled AND NOT d.paused AND d.deleted_at IS NULL
ORDER BY h.next_due_at NULLS FIRST`;

/**
 * Gives the queues what is due and waits in Postgres, until nothing more is due, has a slot, or may be given. Where more
 * destinations have something due than may be locked at once, it goes through all of them once per severity, so that
 * nothing urgent waits behind another destination's lesser alerts.
 *
 * @param shards whose destinations to look at
 * @returns how many were released
 */
export async function releaseDue(deps: ReleaseDueDeps, shards: ReadonlySet<number>): Promise<number> {
  let released = 0;
  let ids = await dueDestinations(deps, shards);
  if (ids.length > DESTINATIONS_MAX) {
    const due = (await firstWaiting(deps.database.pool, ids)).filter(({ dueInMs }) => dueInMs <= 0);
    for (let rank = 0; rank < LEAST_SEVERE_RANK && (await deps.mayGoOn()); rank += 1) {
      const ofRank = new Set(due.filter((first) => first.rank === rank).map(({ id }) => id));
      released += await releaseOfAll(
        deps,
        ids.filter((id) => ofRank.has(id)),
        rank,
      );
    }
    ids = await dueDestinations(deps, shards);
  }
  return released + (await releaseOfAll(deps, ids));
}

async function dueDestinations(deps: ReleaseDueDeps, shards: ReadonlySet<number>): Promise<string[]> {
  const { rows } = await deps.database.pool.query<{ id: string }>(DUE_DESTINATIONS);
  return rows.map((row) => row.id).filter((id) => shards.has(shardOf(id, deps.shards)));
}

async function releaseOfAll(deps: ReleaseDueDeps, ids: string[], leastSevereRank?: number): Promise<number> {
  let released = 0;
  for (let start = 0; start < ids.length; start += DESTINATIONS_MAX) {
    const some = ids.slice(start, start + DESTINATIONS_MAX);
    for (let more = true; more; ) {
      if (!(await deps.mayGoOn())) return released;
      const count = await releaseOf(deps, some, leastSevereRank);
      released += count;
      more = count === RELEASED_MAX;
    }
  }
  return released;
}

async function releaseOf(
  deps: ReleaseDueDeps,
  destinationIds: string[],
  leastSevereRank?: number,
): Promise<number> {
  const { jobs } = await deps.commit('release', { destinationIds, leastSevereRank }, { hasRoom: true });
  if (jobs.length > 0) await deps.enqueueDeliveries(jobs);
  return jobs.length;
}
