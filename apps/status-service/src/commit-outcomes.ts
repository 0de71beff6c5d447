import type { RetryPolicy } from '@tocsin/contract';
import type { Outcome, ReleasedDelivery, Verdict } from '@tocsin/status-gateway';
import { type Database, inTransaction, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, isOpen } from './delivery-row.ts';
import { countFailures } from './failure-notices.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import { type Judgement, judgeOutcome } from './judge-outcome.ts';
import { releaseWaiting } from './release.ts';
import { createRoundEnds } from './resend-outcomes.ts';
import { createOutcomeCounts } from './statistics/count-commits.ts';
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
    await countFailures(client, change.died);
    const released = hasRoom ? await releaseWaiting(client, destinations.values(), deps.shards) : [];
    await storeDestinations(client, destinations.values());
    await change.roundEnds.store(client);
    await change.statistics.store(client);
    return { verdicts, released, died: change.died };
  });
}

/** A row with the time since its alert was received; milliseconds, at the time of reading. */
type AgedRow = DeliveryRow & { ageMs: number };

async function readRows(client: Transaction, outcomes: Outcome[]): Promise<Map<string, AgedRow>> {
  // Not now(), the start of the transaction: the locks may have been waited for.
  const { rows } = await client.query<AgedRow>(
    `SELECT ${DELIVERY_ROW_COLUMNS},
       (extract(epoch FROM clock_timestamp() - d.received_at) * 1000)::double precision AS "ageMs"
     FROM deliveries d
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[])`,
    [daysOf(outcomes), outcomes.map((outcome) => outcome.deliveryId)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Applies outcomes to rows one after another, so that two of one delivery in one batch are judged in turn. */
function createChange(rows: Map<string, AgedRow>, destinations: Map<string, LockedDestination>) {
  const changed = new Set<string>();
  const attempts: AttemptToStore[] = [];
  const counts = createAlertCounts();
  const statistics = createOutcomeCounts();
  const roundEnds = createRoundEnds();
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
    if (judged.row === null && judged.attempt?.result.error === null)
      roundEnds.moved({ ...row, round: judged.attempt.round }, 'succeeded');
    if (judged.row !== null) {
      countMove(destination, row.queueState, judged.row.queueState, judged.row.dueInMs);
      counts.move(row, row.status, judged.row.status);
      if (judged.row.status !== row.status) roundEnds.moved(judged.row, judged.row.status);
      // Where the row stays, the attempt is of an older round, and may be handed over again.
      if (judged.attempt !== null && judged.attempt.result.error !== null)
        statistics.attemptFailed(destination.id);
      if (judged.row.status === 'succeeded' && row.status !== 'succeeded') {
        statistics.delivered(destination.id, isFirstRound(row) ? row.ageMs : null);
      }
      rows.set(row.id, { ...judged.row, ageMs: row.ageMs });
      changed.add(row.id);
      if (judged.row.status === 'failed' && isOpen(row) && judged.verdict.kind === 'dead') {
        destination.delta.failed += 1;
        statistics.failed(destination.id);
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
    statistics,
    roundEnds,
    died,
    changedRows: () => [...changed].map((id) => rows.get(id) as DeliveryRow),
  };
}

/** What somebody asked to be sent again says nothing of how fast alerts are delivered. */
function isFirstRound(row: DeliveryRow): boolean {
  return row.round === 1 && row.trigger === 'auto';
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
