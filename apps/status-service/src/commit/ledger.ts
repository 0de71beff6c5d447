import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { answersInOrder, type Microseconds, type Transaction } from '@tocsin/store';
import { aheadOf, type DeliveryRow, isOpen, jobOf, shardOf, withNewJob } from '../delivery/delivery-row.ts';
import { type Flow, type FlowChange, flowChange } from '../delivery/flow.ts';
import type { Judgement } from '../delivery/judge-outcome.ts';
import { hasBacklog, mayBegin, mayHurry } from '../delivery/slots.ts';
import { countFailures } from '../notices/failures.ts';
import { countAccepted, createOutcomeCounts, type PlannedAlert } from '../statistics/count-commits.ts';
import { createAlertCounts } from './alert-counts.ts';
import {
  correctCounts,
  type FlowCause,
  type LockedDestination,
  moveBetweenCounts,
  noteAttempt,
  storeDestinations,
  type WrongDestination,
} from './locked-destinations.ts';
import { type Due, LEAST_SEVERE_RANK, noteNextDue, selectDue } from './release.ts';
import { createRoundEnds } from './round-ends.ts';
import {
  type AttemptToStore,
  insertDeliveries,
  type NewDelivery,
  storeAttempts,
  storeDeliveries,
} from './store-deliveries.ts';

/** A delivery that this commit ended without success, and why. */
export interface EndedDelivery {
  row: DeliveryRow;
  destinationName: string;
  reason: string;
}

/** What a commit made of how a destination copes. */
export interface ChangedFlow {
  destinationId: string;
  destinationName: string;
  change: FlowChange;
  before: Flow;
  after: Flow;
  /** Null where successes changed it. */
  cause: FlowCause | null;
}

/** What comes of a change once it is committed, besides its own result. */
interface Saved {
  jobs: DispatchedDelivery[];
  ended: EndedDelivery[];
  flows: ChangedFlow[];
  /** Of each destination, whether it has a backlog. */
  hasBacklog: Map<string, boolean>;
}

/** What a change is applied with. */
export interface Work {
  client: Transaction;
  shards: number;
  random: () => number;
  /** Locks the destinations whose deliveries change. To be called once, after what the change itself locks. */
  open(destinationIds: Iterable<string>): Promise<Ledger>;
}

export interface LedgerOptions {
  client: Transaction;
  /** Those whose deliveries change, under lock. */
  destinations: Map<string, LockedDestination>;
  shards: number;
  /** Whether the queues may be given more; without room everything waits in Postgres. */
  hasRoom: boolean;
  /** A number from 0 up to 1. */
  random: () => number;
}

/**
 * The changes of one transaction to deliveries. Every move of a delivery is made here, so that it is counted with it:
 * on its destination, on its alert, in the statistics, for notices, and for the bulk resend that began its round.
 */
export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ client, destinations, shards, hasRoom, random }: LedgerOptions) {
  const inserted: NewDelivery[] = [];
  const changed = new Map<string, DeliveryRow>();
  const attempts: AttemptToStore[] = [];
  const queued: { row: DeliveryRow; ahead: number | undefined }[] = [];
  const ended: EndedDelivery[] = [];
  const accepted: PlannedAlert[] = [];
  const alertCounts = createAlertCounts();
  const roundEnds = createRoundEnds();
  const statistics = createOutcomeCounts();
  let leastSevereReleased: number | null = null;

  function destinationOf({ destinationId }: Pick<DeliveryRow, 'destinationId'>): LockedDestination {
    const destination = destinations.get(destinationId);
    if (destination === undefined) throw new Error(`The destination ${destinationId} is not locked.`);
    return destination;
  }

  /** The row in the queue, with a job of its own, or waiting in Postgres. @param ahead see {@link DispatchedDelivery} */
  function place(row: DeliveryRow, isQueued: boolean, ahead?: number): DeliveryRow {
    if (!isQueued) return { ...row, queueState: 'waiting' };
    const next = withNewJob(row, shardOf(row.destinationId, shards));
    queued.push({ row: next, ahead });
    return next;
  }

  const placeFirst = (row: DeliveryRow) => place(row, hasRoom && mayBegin(destinationOf(row)));

  function insert(row: DeliveryRow, receivedAt: Microseconds): DeliveryRow {
    const destination = destinationOf(row);
    const placed = placeFirst(row);
    moveBetweenCounts(destination, 'idle', placed.queueState);
    inserted.push({ row: placed, destinationName: destination.displayName, receivedAt });
    return placed;
  }

  /** @param ageMs milliseconds since its alert was received; needed where it may have succeeded */
  function move(from: DeliveryRow, to: DeliveryRow, { reason = '', ageMs = 0 } = {}): void {
    const destination = destinationOf(from);
    moveBetweenCounts(destination, from.queueState, to.queueState, to.dueInMs);
    alertCounts.move(from, from.status, to.status);
    changed.set(to.id, to);
    if (to.status === from.status) return;
    roundEnds.moved(to, to.status);
    if (to.status === 'succeeded') statistics.succeeded(destination.id, isFirstRound(from) ? ageMs : null);
    if (!isOpen(from) || (to.status !== 'failed' && to.status !== 'cancelled')) return;
    ended.push({ row: to, destinationName: destination.displayName, reason });
    if (to.status === 'cancelled') return;
    destination.delta.failed += 1;
    statistics.failed(destination.id);
  }

  /** Gives waiting deliveries to the queues; they were chosen after everything else that takes or frees a slot was stored. */
  async function release({ rows, exhausted }: Due): Promise<void> {
    const released = rows.map((row) => {
      const placed = place(row, true, aheadOf(row, destinationOf(row).queued));
      move(row, placed);
      return placed;
    });
    await answersInOrder([storeDeliveries(client, released), noteNextDue(client, exhausted)]);
  }

  return {
    destinations: destinations as ReadonlyMap<string, LockedDestination>,
    destinationOf,
    move,

    /** Counts an alert whose plan is committed. */
    accept: (alert: PlannedAlert): void => void accepted.push(alert),

    /**
     * A delivery that a plan makes, due now; the alert's routing has counted it already.
     *
     * @returns the row as it is stored
     */
    plan: insert,

    /**
     * A delivery of an alert to a destination that its plan does not name, due now.
     *
     * @returns the row as it is stored
     */
    add(row: DeliveryRow, receivedAt: Microseconds): DeliveryRow {
      alertCounts.move(row, null, row.status);
      return insert(row, receivedAt);
    },

    /** Begins another round of a delivery that has ended, due now. @returns the row as it is stored */
    beginRound(row: DeliveryRow): DeliveryRow {
      const next: DeliveryRow = {
        ...row,
        status: 'pending',
        failureCode: null,
        round: row.round + 1,
        attempts: 0,
        trigger: 'resend',
        dueInMs: 0,
      };
      const placed = placeFirst(next);
      move(row, placed);
      return placed;
    },

    /**
     * Makes the retry that a delivery waits for due now: the next attempt of the same round. A job that waits for it is
     * superseded by the new one, and makes no attempt. @returns the row as it is stored
     */
    hurry(row: DeliveryRow): DeliveryRow {
      const isQueued = hasRoom && mayHurry(destinationOf(row), row.queueState === 'delayed');
      const placed = place({ ...row, trigger: 'resend', dueInMs: 0 }, isQueued);
      move(row, placed);
      return placed;
    },

    /** Appends an attempt to the history. Of an earlier round, only a success changes more than that. */
    recordAttempt(row: DeliveryRow, attempt: NonNullable<Judgement['attempt']>): void {
      attempts.push({ day: row.day, deliveryId: row.id, trigger: row.trigger, ...attempt });
      const { round, result } = attempt;
      if (round !== row.round) {
        if (result.error === null) roundEnds.moved({ ...row, round }, 'succeeded');
        return;
      }
      statistics.attempted(row.destinationId, result);
      noteAttempt(destinationOf(row), { deliveryId: row.id, ...result });
    },

    /** Adds what a destination's counts were wrong by. */
    correctDestination: (wrong: WrongDestination): void =>
      correctCounts(destinationOf({ destinationId: wrong.id }), wrong),

    /** Adds what an alert's counts were wrong by. */
    correctAlert: alertCounts.correct,

    /**
     * Has `save` release what waits for the destinations, as far as they have slots.
     *
     * @param leastSevereRank only what is at least this severe; everything by default
     */
    releaseWaiting(leastSevereRank = LEAST_SEVERE_RANK): void {
      leastSevereReleased = leastSevereRank;
    },

    /**
     * Stores everything, always in this order: locks are taken in the same order by every commit, so that they wait for
     * one another and never in a circle. To be called last in the transaction.
     *
     * @returns the jobs to add to the queues once the transaction is committed, what ended, how destinations cope, and which
     *   of them have a backlog
     */
    async save(): Promise<Saved> {
      const failed = ended.filter(({ row }) => row.status === 'failed');
      const stored = [
        insertDeliveries(client, inserted),
        storeDeliveries(client, [...changed.values()]),
        storeAttempts(client, attempts),
        alertCounts.store(client),
        countFailures(client, failed),
      ];
      const due =
        hasRoom && leastSevereReleased !== null
          ? selectDue(client, destinations.values(), leastSevereReleased, random())
          : null;
      await answersInOrder([...stored, due]);
      if (due !== null) await release(await due);
      await answersInOrder([
        storeDestinations(client, destinations.values()),
        roundEnds.store(client),
        countAccepted(client, accepted),
        statistics.store(client),
      ]);
      const jobs = queued.map(({ row, ahead }) => jobOf(row, destinationOf(row).policy, ahead));
      const flows = [...destinations.values()].flatMap(changedFlow);
      const backlogs = new Map([...destinations].map(([id, destination]) => [id, hasBacklog(destination)]));
      return { jobs, ended, flows, hasBacklog: backlogs };
    },
  };
}

function changedFlow({ id, displayName, stored, flow, flowCause }: LockedDestination): ChangedFlow[] {
  const change = flowChange(stored.flow, flow);
  if (change === null) return [];
  return [
    {
      ...{ destinationId: id, destinationName: displayName, change },
      ...{ before: stored.flow, after: flow, cause: flowCause },
    },
  ];
}

/** The delay of a resend says nothing about how fast alerts are delivered, so only first rounds count. */
function isFirstRound(row: DeliveryRow): boolean {
  return row.round === 1 && row.trigger === 'auto';
}
