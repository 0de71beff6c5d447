import { createBatcher } from '@tocsin/batcher';
import { type IngestSummary, LIMITS, severityRank } from '@tocsin/contract';
import type { ReceivedBody } from '@tocsin/http';
import { type Database, isRefusal } from '@tocsin/store';
import type { AlertEnqueuer } from './enqueue-alerts.ts';
import { type Insertion, insertAlerts, rowBytesOf, STATEMENT_BYTES_MAX } from './insert-alerts.ts';
import type { LargeBodies } from './large-bodies.ts';
import type { PreparedAlert } from './prepare-alert.ts';
import type { LogTypeRecorder } from './record-log-types.ts';
import type { Sender, TestAlertRecorder } from './record-test-alerts.ts';
import { refuseWhenFull } from './refuse-when-full.ts';
import { type AlertBody, type TakenAlerts, takeAlerts } from './take-alerts.ts';

export interface AcceptDeps {
  database: Database;
  enqueuer: Pick<AlertEnqueuer, 'enqueue'>;
  logTypes: Pick<LogTypeRecorder, 'note'>;
  testAlerts: Pick<TestAlertRecorder, 'record'>;
  largeBodies: Pick<LargeBodies, 'take'>;
}

export interface AcceptOptions {
  /** For a missing `link`; without a trailing slash. */
  publicUrl: string;
}

export interface AcceptRequest {
  /** Whose request it is. */
  sender: Sender;
  /** Tocsin raised the alerts itself. */
  isOwn?: boolean;
  /** Gets how many bytes came out of gzip. */
  lookedAt?: (bytes: number) => void;
}

export interface AlertAcceptor {
  /**
   * Stores the valid alerts of a request, together or not at all, and answers for each of them, in order.
   *
   * @throws ProblemError where nothing was stored, or `outcome_unknown` where that is not known
   */
  accept(body: AlertBody, request: AcceptRequest): Promise<IngestSummary>;
  /** How many alerts wait to be stored; those of large bodies are not known yet. */
  pending(): number;
  close(): Promise<void>;
}

/**
 * A body of at most this size is read on the main thread between other requests, in some five milliseconds at most. A
 * larger body is read in a thread of its own; so is a compressed body, which may become larger.
 */
const SMALL_BODY_BYTES = 16 * 1024;

/**
 * One insert takes up to this many alerts, of one request or of many. A request is never split over two, of which one could
 * fail after the other was stored.
 */
const BATCH = LIMITS.alertsPerRequestMax;
const CONCURRENT_INSERTS = 2;
/** More alerts waiting to be stored are overload: the last would wait for seconds. */
const PENDING_MAX = 20_000;
/** One key's share of these: where Postgres is slow, its requests are refused while others' still wait. */
const CALLER_SHARE = 1 / 2;

/** A large body comes besides small ones where one of these came so recently; milliseconds. */
const BESIDE_MS = 1_000;

export function createAlertAcceptor(deps: AcceptDeps, { publicUrl }: AcceptOptions): AlertAcceptor {
  const { database, enqueuer, logTypes, testAlerts, largeBodies } = deps;
  // What waits for an insert waits no longer than one statement takes, unless alerts of a large body have the same ids.
  const inserts = createBatcher<PreparedAlert, Insertion>({
    batchSizeMax: BATCH,
    batchWeightMax: STATEMENT_BYTES_MAX,
    concurrency: CONCURRENT_INSERTS,
    pendingMax: PENDING_MAX,
    callerShare: CALLER_SHARE,
    run: (alerts) => insertAlerts(database, alerts),
    isRefusal,
  });

  /** When the last small body came, by `performance.now()`. */
  let smallAt = Number.NEGATIVE_INFINITY;

  const isBeside = () => performance.now() - smallAt < BESIDE_MS;

  function take(body: AlertBody, { sender, isOwn = false, lookedAt = () => undefined }: AcceptRequest) {
    const caller = sender.keyId;
    if (!isSmall(body)) return largeBodies.take(body, { caller, isOwn, isBeside, lookedAt });
    smallAt = performance.now();
    return takeAlerts(body, {
      ...{ publicUrl, isOwn, lookedAt },
      insert: (alerts) => refuseWhenFull(inserts.addAll(alerts, { weight: rowBytesOf(alerts), caller })),
    });
  }

  function passOn({ accepted }: TakenAlerts): void {
    for (const { day, logTypes: found } of accepted) logTypes.note(day, found);
    enqueuer.enqueue(
      accepted.map(({ alertId, severity, day, facts }) => ({
        ...{ alertId, day, facts },
        severityRank: severityRank(severity),
      })),
    );
  }

  return {
    async accept(body, request) {
      const taken = await take(body, request);
      passOn(taken);
      if (taken.tests > 0) await testAlerts.record(request.sender, taken.tests);
      return taken.summary;
    },
    pending: inserts.pending,
    close: inserts.close,
  };
}

function isSmall({ bytes, isGzip }: ReceivedBody): boolean {
  return !isGzip && bytes.length <= SMALL_BODY_BYTES;
}
