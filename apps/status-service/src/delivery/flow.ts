import { type AttemptResult, FIRST_LIMIT } from '@tocsin/contract';

/**
 * How a destination copes, and what that allows: the state of its limit and its circuit. Times are milliseconds since the
 * epoch, by the database's clock.
 */
export interface Flow {
  /** How many deliveries may be queued or under way, those that wait for a retry apart; whole ones count. */
  limit: number;
  /** When the limit was last lowered by failures; null: not since its circuit was closed, or never. */
  loweredAtMs: number | null;
  /** How long its fastest answer of late took; null: it has given none. */
  fastestMs: number | null;
  /** When it last succeeded; null: never. */
  succeededAtMs: number | null;
  /** Failed attempts since the last success. */
  failuresInRow: number;
  /** The deliveries whose attempts they were: as many of them as the circuit asks for. */
  failedDeliveries: string[];
  /** Since when the circuit is open; null: it is closed. */
  openedAtMs: number | null;
  /** Successes in a row while the circuit is open. */
  probesSucceeded: number;
  /** Nothing is released before this; null: nothing is held back. */
  heldUntilMs: number | null;
}

/**
 * The circuit opens after so many failures in a row, of at least so many deliveries, and closes after so many successes.
 * A receiver that fails half of its attempts, at random, has 20 failures in a row once in two million. Two deliveries that
 * are refused for what is in them make as many, with ten retries each; five say that it is the receiver. One success may be
 * chance, and each further one is waited for by all that a receiver has missed.
 */
const CIRCUIT = { failures: 20, deliveries: 5, successes: 2 };

/**
 * With an open circuit, the next attempt is this long after one that was not answered; milliseconds. A receiver that is
 * not there would use up the retries of all that waits. One that answers is asked again at once, since its answers may
 * be about each delivery; and a destination whose first retry comes sooner wants no pause.
 */
const PROBE_AFTER_MS = 1_000;

/**
 * An answer within this time is a good one, however fast the destination has been; milliseconds. Of a receiver that takes
 * a few, twice as many say nothing; and with a twentieth of the usual deadline (10 s), nothing is near to timing out.
 */
const PROMPT_MS = 500;

/**
 * An answer is a good one up to so many times the fastest. One that takes twice as long has waited in the receiver for as
 * long as it was worked at: more at the same time would only wait there too.
 */
const SLOWER = 2;

/**
 * With each answer, the fastest one is taken to be this much slower: in the end a receiver may become slower. It doubles
 * in 6,932 answers: one lucky answer counts for little in the end, and a few hundred slow ones are still seen to be slow.
 */
const FADE = 1.000_1;

/**
 * While nothing waits, a limit follows the successes of this time: a receiver that takes a hundred a second may have a
 * hundred under way. So nothing is held back where answers, or the commits of some of them, are late by less than
 * that; what it coped with longer ago is no promise for the next rush. Milliseconds.
 */
const PROVEN_MS = 1_000;

/** A receiver that still has too much with one at a time is left alone for this long; milliseconds. */
const HOLD_MS = { min: 1_000, max: 60_000 };

/** Errors that more attempts at the same time may be the cause of. */
const OVERLOAD_CODES: ReadonlySet<string> = new Set([
  'timeout',
  'connection_refused',
  'connection_reset',
  'unreachable',
]);
const OVERLOAD_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What an attempt says about its destination. */
export interface AttemptFacts
  extends Pick<AttemptResult, 'durationMs' | 'statusCode' | 'retryAfterMs' | 'error'> {
  deliveryId: string;
}

export interface FlowContext {
  nowMs: number;
  maxInFlight: number;
  /** The delay before a first retry; milliseconds. */
  baseDelayMs: number;
  /** How many deliveries count against the limit. */
  queued: number;
  /** Whether deliveries that are due wait: only then the limit grows. */
  isHoldingBack: boolean;
}

/**
 * What an attempt makes of a destination's flow. Pure.
 *
 * A limit grows with good answers, while deliveries wait for it: by one with each, which doubles it with each round of
 * answers, until failures have lowered it; from then on by one with each round. It is halved, once for all attempts that
 * were under way together, by a failure that more attempts at the same time may be the cause of. That is the rule of TCP
 * (RFC 5681), but that an answer that takes long ends the growth before anything fails.
 */
export function afterAttempt(flow: Flow, attempt: AttemptFacts, context: FlowContext): Flow {
  // Nothing was sent, so it says nothing about the receiver.
  if (attempt.error?.code === 'internal') return flow;
  return attempt.error === null ? afterSuccess(flow, attempt, context) : afterFailure(flow, attempt, context);
}

function afterSuccess(flow: Flow, { durationMs }: AttemptFacts, context: FlowContext): Flow {
  const fastestMs = Math.min(durationMs, (flow.fastestMs ?? durationMs) * FADE);
  const { nowMs: succeededAtMs, maxInFlight } = context;
  const next = { ...flow, fastestMs, succeededAtMs, failuresInRow: 0, failedDeliveries: [] };
  if (flow.openedAtMs === null)
    return { ...next, limit: limitAfterSuccess(flow, { durationMs, fastestMs }, context) };
  const probesSucceeded = flow.probesSucceeded + 1;
  if (probesSucceeded < CIRCUIT.successes) return { ...next, probesSucceeded, heldUntilMs: null };
  const limit = Math.min(maxInFlight, CIRCUIT.successes);
  return { ...next, limit, loweredAtMs: null, openedAtMs: null, probesSucceeded: 0, heldUntilMs: null };
}

function limitAfterSuccess(
  { limit, loweredAtMs, succeededAtMs }: Flow,
  { durationMs, fastestMs }: { durationMs: number; fastestMs: number },
  { nowMs, maxInFlight, queued, isHoldingBack }: FlowContext,
): number {
  if (!isHoldingBack) {
    const needed = Math.min(limit, Math.max(FIRST_LIMIT, 2 * queued));
    const sinceMs = nowMs - (succeededAtMs ?? Number.NEGATIVE_INFINITY);
    return Math.min(maxInFlight, Math.max(needed, 1 + limit * Math.exp(-sinceMs / PROVEN_MS)));
  }
  const isGood = durationMs <= Math.max(PROMPT_MS, SLOWER * fastestMs);
  if (!isGood) return limit;
  return Math.min(maxInFlight, limit + (loweredAtMs === null ? 1 : 1 / limit));
}

function afterFailure(flow: Flow, attempt: AttemptFacts, { nowMs, baseDelayMs }: FlowContext): Flow {
  const failuresInRow = flow.failuresInRow + 1;
  const failedDeliveries = [...new Set([...flow.failedDeliveries, attempt.deliveryId])].slice(
    0,
    CIRCUIT.deliveries,
  );
  const heldUntilMs = flow.limit < 2 ? askedToWait(flow, attempt, nowMs) : flow.heldUntilMs;
  const next = { ...flow, failuresInRow, failedDeliveries, probesSucceeded: 0, heldUntilMs };
  const isDead = failuresInRow >= CIRCUIT.failures && failedDeliveries.length === CIRCUIT.deliveries;
  if (isDead || flow.openedAtMs !== null) {
    const open = { ...next, limit: 1, openedAtMs: flow.openedAtMs ?? nowMs };
    if (baseDelayMs < PROBE_AFTER_MS || attempt.statusCode !== null) return open;
    return { ...open, heldUntilMs: Math.max(heldUntilMs ?? 0, nowMs + PROBE_AFTER_MS) };
  }
  if (!isOverload(attempt)) return next;
  // It began while the limit was as high as before, and that was lowered for it already.
  if (flow.loweredAtMs !== null && nowMs - attempt.durationMs <= flow.loweredAtMs) return next;
  return { ...next, limit: Math.max(1, flow.limit / 2), loweredAtMs: nowMs };
}

/**
 * What it makes of a flow that workers gave a delivery back, since the destination had its share of what they do at once: it
 * gets no more than are queued besides, until good answers raise its limit again. Where none are, its share is taken by
 * retries, which no limit counts: then it is left alone for a while. Pure.
 */
export function afterCrowding(flow: Flow, { nowMs, queued }: Pick<FlowContext, 'nowMs' | 'queued'>): Flow {
  const next = { ...flow, loweredAtMs: flow.loweredAtMs ?? nowMs };
  if (queued > 0) return { ...next, limit: Math.max(1, Math.min(flow.limit, queued)) };
  return { ...next, limit: 1, heldUntilMs: Math.max(flow.heldUntilMs ?? 0, nowMs + PROBE_AFTER_MS) };
}

export type FlowChange = 'circuit_opened' | 'circuit_closed' | 'limit_lowered';

/** What became of a flow that people should know; null: nothing that they need to. */
export function flowChange(before: Flow, after: Flow): FlowChange | null {
  if (before.openedAtMs === null && after.openedAtMs !== null) return 'circuit_opened';
  if (before.openedAtMs !== null && after.openedAtMs === null) return 'circuit_closed';
  return after.loweredAtMs !== before.loweredAtMs && after.limit < before.limit ? 'limit_lowered' : null;
}

function isOverload({ error, statusCode }: AttemptFacts): boolean {
  return (
    (error !== null && OVERLOAD_CODES.has(error.code)) ||
    (statusCode !== null && OVERLOAD_STATUSES.has(statusCode))
  );
}

/** Until when a receiver is left alone that asks for it, with one at a time still too many. */
function askedToWait(flow: Flow, { statusCode, retryAfterMs }: AttemptFacts, nowMs: number): number | null {
  if (retryAfterMs === null || (statusCode !== 429 && statusCode !== 503)) return flow.heldUntilMs;
  const forMs = Math.min(HOLD_MS.max, Math.max(HOLD_MS.min, retryAfterMs));
  return Math.max(flow.heldUntilMs ?? 0, nowMs + forMs);
}

/** How many deliveries may be queued or under way now, those that wait for a retry apart. */
export function limitNow({ limit, heldUntilMs }: Flow, nowMs: number): number {
  return heldUntilMs !== null && heldUntilMs > nowMs ? 0 : Math.max(1, Math.floor(limit));
}
