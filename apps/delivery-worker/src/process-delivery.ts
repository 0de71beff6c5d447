import { setTimeout as wait } from 'node:timers/promises';
import { createBatcher } from '@tocsin/batcher';
import type { AttemptError, AttemptResult } from '@tocsin/contract';
import type { DeliveryJob, DeliveryJobContext, JobVerdict } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import type { Outcome } from '@tocsin/status-gateway';
import { type Database, type DestinationDirectory, isRefusal, type StoredDestination } from '@tocsin/store';
import { activeSecrets, type WebhookSender } from '@tocsin/webhook';
import type { Logger } from 'pino';
import type { AlertBodies } from './alert-bodies.ts';
import { type Claim, claim } from './claim.ts';
import type { DestinationTurns } from './destination-turns.ts';
import { createOutcomeNotes } from './outcome-notes.ts';
import { type DeliveryState, type DeliveryStateKey, readDeliveries } from './read-deliveries.ts';
import type { Reported, Reporter } from './reporter.ts';

export interface ProcessDeliveryDeps {
  database: Database;
  directory: DestinationDirectory;
  bodies: AlertBodies;
  sender: WebhookSender;
  sealer: Sealer;
  reporter: Reporter;
  turns: DestinationTurns;
  log: Logger;
  observe(result: AttemptResult): void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export type ProcessDelivery = (
  job: DeliveryJob,
  context: Pick<DeliveryJobContext, 'signal' | 'waiting' | 'isCrowded' | 'note'>,
) => Promise<JobVerdict>;

export interface DeliveryProcessor {
  /** Does one job: reads its delivery, makes the attempt if one is due, and reports the outcome. */
  process: ProcessDelivery;
  close(): Promise<void>;
}

/** What a job may do, and where to; without a destination where it may make no attempt, or there is none. */
interface Look {
  claimed: Claim;
  destination?: StoredDestination | undefined;
}

type Known = Exclude<Reported, { kind: 'unreported' }>;

const BATCH = 200;

/**
 * How long a job rests if its outcome cannot be recorded; then its POST is made again. The pause prevents a loop.
 */
const QUARANTINED_MS = 60_000;

/**
 * After so long a job is taken by who can report its outcome. The pause keeps it from coming back a thousand times a second
 * where nobody can.
 */
const UNREPORTED_MS = 50;

/** The path of one delivery job through the worker. */
export function createDeliveryProcessor(deps: ProcessDeliveryDeps): DeliveryProcessor {
  const { database, directory, bodies, sender, reporter, turns, log, now = Date.now } = deps;
  const notes = createOutcomeNotes(deps);
  const rows = createBatcher<DeliveryStateKey, DeliveryState | null>({
    batchSizeMax: BATCH,
    concurrency: 1,
    run: (keys) => database.outage.answerOf(() => readDeliveries(database, keys)),
    isRefusal,
  });

  const process: ProcessDelivery = async (job, { signal, waiting, isCrowded, note }) => {
    const reported = (...given: Parameters<typeof report>) => waiting(() => report(...given));
    const unreported = note === undefined ? null : notes.read(job, note);
    if (unreported !== null) return reported(unreported);
    if (isCrowded) return reported({ kind: 'skipped', ...refOf(job), crowded: true });
    const { claimed, destination } = await lookInTurn(job, waiting);
    if (claimed.kind === 'superseded') return { kind: 'done' };
    if (claimed.kind === 'early') return { kind: 'deferred', afterMs: claimed.afterMs };
    if (claimed.kind === 'unavailable' || destination === undefined) {
      return reported({ kind: 'skipped', ...refOf(job) });
    }
    const body = await bodies.get({ day: job.day, alertId: job.alertId }, destination.includeContext);
    // The alert's row is gone: its day is past the retention. That is reported as a failed attempt, since a delivery
    // without an outcome would stay open and be dispatched again for ever.
    const result =
      body === null
        ? unsent('the alert is no longer kept', now())
        : await waiting(() => post(job, destination, body, signal));
    deps.observe(result);
    const attempt = { kind: 'attempted', ...refOf(job), number: claimed.number, result } as const;
    return reported(attempt, (verdict) => logAttempt(job, destination, attempt, verdict));
  };

  /** @param told is called with the verdict, or with null where this process will not know it */
  async function report(
    outcome: Outcome,
    told: (verdict: Known | null) => void = () => undefined,
  ): Promise<JobVerdict> {
    const verdict = await reporter.add(outcome).catch((error: unknown) => {
      told(null);
      throw error;
    });
    if (verdict.kind === 'unreported') {
      told(null);
      return { kind: 'deferred', afterMs: UNREPORTED_MS, ...notes.of(outcome) };
    }
    told(verdict);
    return jobVerdict(verdict, outcome.kind === 'attempted' ? outcome.result.error : null);
  }

  /**
   * The destination as it was when the row was read, or newer: an attempt must use every change that the API had
   * confirmed before it.
   */
  async function destinationOf(
    job: DeliveryJob,
    { destinationsVersion }: Extract<Claim, { kind: 'attempt' }>,
  ): Promise<StoredDestination | undefined> {
    const snapshot = await database.outage.answerOf(() => directory.atLeast(destinationsVersion));
    return snapshot.byId.get(job.destinationId);
  }

  /** Looks at a delivery: where its destination has a rate limit, in its turn, or early where that is not soon. */
  async function lookInTurn(job: DeliveryJob, waiting: DeliveryJobContext['waiting']): Promise<Look> {
    const look = await lookNow(job);
    const { destination } = look;
    if (destination === undefined || destination.rateLimitPerSecond === null) return look;
    const turn = await turns.take(destination.id, destination.rateLimitPerSecond);
    if (turn.kind === 'later') return { claimed: { kind: 'early', afterMs: turn.afterMs } };
    if (turn.waitMs === 0) return look;
    await waiting(() => wait(turn.waitMs));
    // Much may have changed meanwhile.
    return lookNow(job);
  }

  async function lookNow(job: DeliveryJob): Promise<Look> {
    const claimed = claim(job, await rows.add({ day: job.day, deliveryId: job.deliveryId }));
    return claimed.kind === 'attempt'
      ? { claimed, destination: await destinationOf(job, claimed) }
      : { claimed };
  }

  async function post(
    job: DeliveryJob,
    destination: StoredDestination,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<AttemptResult> {
    if (destination.secretsFault !== null) return unsent(destination.secretsFault, now());
    return sender.send({
      url: destination.url,
      headers: destination.headers,
      body,
      webhookId: job.deliveryId,
      signingSecrets: activeSecrets(destination, now()),
      timeoutMs: destination.timeoutMs,
      signal,
    });
  }

  /**
   * Logs one line for each attempt, once the verdict is known. It never holds an answer of a receiver, a secret, or
   * anything of the alert but its id.
   *
   * @param verdict null if the process ends before the outcome is recorded
   */
  function logAttempt(
    { deliveryId, alertId, round }: DeliveryJob,
    destination: StoredDestination,
    { number, result }: Pick<Extract<Outcome, { kind: 'attempted' }>, 'number' | 'result'>,
    verdict: Known | null,
  ): void {
    const fields = {
      deliveryId,
      alertId,
      destinationId: destination.id,
      destinationName: destination.displayName,
      round,
      attempt: number,
      statusCode: result.statusCode,
      durationMs: Math.round(result.durationMs),
      ...(result.error === null
        ? {}
        : { errorCode: result.error.code, reason: result.error.message, ...followUp(verdict) }),
    };
    if (result.error === null) log.debug({ event: 'attempt.succeeded', ...fields }, 'attempt succeeded');
    else log.info({ event: 'attempt.failed', ...fields }, 'attempt failed');
  }

  return { process, close: () => rows.close() };
}

/** Whether a failed attempt is made again, and in how many milliseconds. */
function followUp(verdict: Known | null): { retried: boolean | 'unknown'; retryInMs?: number } {
  if (verdict === null) return { retried: 'unknown' };
  if (verdict.kind === 'quarantined') return { retried: true, retryInMs: QUARANTINED_MS };
  const afterMs = 'afterMs' in verdict ? verdict.afterMs : undefined;
  return afterMs === undefined ? { retried: false } : { retried: true, retryInMs: Math.round(afterMs) };
}

function refOf(job: DeliveryJob): Omit<Extract<Outcome, { kind: 'skipped' }>, 'kind'> {
  const { deliveryId, day, destinationId, round, dispatchNumber } = job;
  return { deliveryId, day, destinationId, round, dispatchNumber };
}

/** The verdict for the queue; a retry carries its reason, so that Bull Board shows it. */
function jobVerdict(verdict: Known, error: AttemptError | null): JobVerdict {
  switch (verdict.kind) {
    case 'retry':
      return { ...verdict, reason: `${error?.code}: ${error?.message}` };
    case 'failed':
      return { kind: 'failed', reason: verdict.reason };
    case 'quarantined':
      return { kind: 'deferred', afterMs: QUARANTINED_MS };
    case 'succeeded':
    case 'deferred':
    case 'superseded':
      return { kind: 'done' };
  }
}

/** An attempt that failed before anything was sent. */
function unsent(reason: string, nowMs: number): AttemptResult {
  return {
    startedAt: new Date(nowMs).toISOString(),
    durationMs: 0,
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
    address: null,
    statusCode: null,
    responseBody: null,
    responseTruncated: false,
    repeated: false,
    location: null,
    responseContentType: null,
    retryAfterMs: null,
    error: { code: 'internal', message: reason },
  };
}
