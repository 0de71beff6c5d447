import type { Outcome, ReleasedDelivery, RetryPolicy, Verdict } from '@tocsin/contract';
import { type Database, inTransaction, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, isOpen } from './delivery-row.ts';
import { countFailures } from './failure-notices.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import { type Judgement, judgeOutcome } from './judge-outcome.ts';
import { releaseWaiting } from './release.ts';
import {
  type AttemptToStore,
  createAlertCounts,
  daysOf,
  storeAttempts,
  storeDeliveries,
} from './store-changes.ts';

export interface CommitOutcomesDeps {
  database: Database;
  defaults: RetryPolicy;
  shards: number;
  /** A number from 0 up to 1. */
  random: () => number;
}

export interface CommittedOutcomes {
  /** One per outcome, in the same order. */
  verdicts: Verdict[];
  /** What the freed slots let through; its jobs are to be added now. */
  released: ReleasedDelivery[];
  /** Deliveries that this commit ended for good, for the log. */
  died: { row: DeliveryRow; destinationName: string; reason: string }[];
}

/**
 * Commits what came of attempts: history, the deliveries' next states, their destinations' counts, and what the freed
 * slots release, in one transaction. Handing the same outcome over again changes nothing.
 *
 * @param hasRoom whether the queues may be given more
 */
export async function commitOutcomes(
  deps: CommitOutcomesDeps,
  outcomes: Outcome[],
  hasRoom: boolean,
): Promise<CommittedOutcomes> {
  if (outcomes.length === 0) return { verdicts: [], released: [], died: [] };
  return inTransaction(deps.database, async (client) => {
    const destinations = await lockDestinations(
      client,
      outcomes.map((outcome) => outcome.destinationId),
      deps.defaults,
    );
    const change = createChange(await readRows(client, outcomes), destinations);
    const verdicts = outcomes.map((outcome) => change.apply(outcome, deps.random()));
    await storeDeliveries(client, change.changedRows());
    await storeAttempts(client, change.attempts);
    await change.counts.store(client);
    await countFailures(
      client,
      change.died.map(({ row }) => row),
    );
    const released = hasRoom ? await releaseWaiting(client, destinations.values(), deps.shards) : [];
    await storeDestinations(client, destinations.values());
    return { verdicts, released, died: change.died };
  });
}

async function readRows(client: Transaction, outcomes: Outcome[]): Promise<Map<string, DeliveryRow>> {
  const { rows } = await client.query<DeliveryRow>(
    `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[])`,
    [daysOf(outcomes), outcomes.map((outcome) => outcome.deliveryId)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Applies outcomes to rows one after another, so that two of one delivery in one batch are judged in turn. */
function createChange(rows: Map<string, DeliveryRow>, destinations: Map<string, LockedDestination>) {
  const changed = new Set<string>();
  const attempts: AttemptToStore[] = [];
  const counts = createAlertCounts();
  const died: CommittedOutcomes['died'] = [];

  function apply(outcome: Outcome, random: number): Verdict {
    const row = rows.get(outcome.deliveryId);
    const destination = destinations.get(outcome.destinationId);
    if (row === undefined || destination === undefined || row.destinationId !== destination.id) {
      return { kind: 'stale' };
    }
    const judged = judgeOutcome(row, outcome, { gate: destination, policy: destination.policy, random });
    if (judged.attempt !== null) {
      attempts.push({ day: row.day, deliveryId: row.id, trigger: row.trigger, ...judged.attempt });
      recordHealth(destination, judged);
    }
    if (judged.row !== null) {
      countMove(destination, row.queueState, judged.row.queueState, judged.row.dueInMs);
      counts.move(row, row.status, judged.row.status);
      rows.set(row.id, judged.row);
      changed.add(row.id);
      if (judged.row.status === 'failed' && isOpen(row) && judged.verdict.kind === 'dead') {
        destination.delta.failed += 1;
        died.push({
          row: judged.row,
          destinationName: destination.displayName,
          reason: judged.verdict.reason,
        });
      }
    }
    return judged.verdict;
  }

  return {
    apply,
    attempts,
    counts,
    died,
    changedRows: () => [...changed].map((id) => rows.get(id) as DeliveryRow),
  };
}

function recordHealth({ delta }: LockedDestination, { attempt, row }: Judgement): void {
  // Of an older round: long past.
  if (row === null) return;
  const error = attempt?.result.error;
  if (error) {
    delta.failuresInRow += 1;
    delta.lastErrorCode = error.code;
    return;
  }
  delta.delivered += 1;
  delta.succeeded = true;
  delta.failuresInRow = 0;
}
