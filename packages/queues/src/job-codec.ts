import { SEVERITIES } from '@tocsin/contract';
import { type DispatchedDelivery, FEW_AHEAD } from '@tocsin/status-gateway';
import { QueueError } from './queue-error.ts';
import type { AlertJob, DeliveryJob, DeliveryJobRef } from './types.ts';

/**
 * A delivery job as stored, besides its id, which holds delivery, round and dispatch number. With UUIDs this is at most 64
 * characters of JSON, as are the job's options: up to there Redis (`hash-max-listpack-value`) keeps a hash in one piece,
 * and beyond, in a table of twice the memory.
 */
export type DeliveryData = [
  /** Days since 1970-01-01. */
  day: number,
  alertId: string,
  destinationId: string,
  /** Twice the severity rank, plus 1 for a retry. */
  rank: number,
  attemptsMax: number,
  /** What an earlier taking of the job left for the next one; most jobs have none. */
  note?: string,
];

/** An alert job as stored: day, severity rank, pairs of id and facts. */
export interface AlertData {
  d: string;
  s: number;
  a: [id: string, facts: string][];
}

/** @throws QueueError `invalid_job` when the day is none */
export function encodeDelivery(job: DeliveryJob & { attemptsMax: number }): DeliveryData {
  const day = dayNumber(job.day);
  return [day, packId(job.alertId), packId(job.destinationId), rankOf(job), job.attemptsMax];
}

/** @throws QueueError `invalid_job` for data that this package has not written */
export function decodeDelivery(
  jobId: string,
  data: unknown,
): { job: DeliveryJob; attemptsMax: number; note: string | undefined } {
  const { attemptsMax, note, ...facts } = decodeDeliveryData(data, jobId);
  return { job: { ...parseDeliveryJobId(jobId), ...facts }, attemptsMax, note };
}

/** Data with this note, or without one; the same data where that is so already. */
export function withNote(data: DeliveryData, note: string | undefined): DeliveryData {
  if (data[5] === note) return data;
  const [day, alertId, destinationId, rank, attemptsMax] = data;
  const facts = [day, alertId, destinationId, rank, attemptsMax] as const;
  return note === undefined ? [...facts] : [...facts, note];
}

/**
 * What the data alone says, without the id.
 *
 * @param jobId for the error's message
 * @throws QueueError `invalid_job` for data that this package has not written
 */
export function decodeDeliveryData(data: unknown, jobId = 'without an id') {
  if (!Array.isArray(data) || data.length < 5 || data.length > 6) throw unreadable(jobId);
  const [day, alert, destination, rank, attemptsMax, note]: unknown[] = data;
  if (note !== undefined && typeof note !== 'string') throw unreadable(jobId);
  const alertId = typeof alert === 'string' ? unpackId(alert) : undefined;
  const destinationId = typeof destination === 'string' ? unpackId(destination) : undefined;
  if (!alertId || !destinationId || !isCount(day) || !isCount(rank) || !isCount(attemptsMax))
    throw unreadable(jobId);
  return {
    day: dayText(day),
    alertId,
    destinationId,
    severityRank: Math.floor(rank / 2),
    isRetry: rank % 2 === 1,
    attemptsMax,
    note,
  };
}

/** What is stored of an alert job. */
export function encodeAlerts(job: AlertJob): AlertData {
  return { d: job.day, s: job.severityRank, a: job.alerts.map(({ id, facts }) => [id, facts]) };
}

/** @throws QueueError `invalid_job` for data that this package has not written */
export function decodeAlerts(jobId: string, data: unknown): AlertJob {
  if (typeof data !== 'object' || data === null) throw unreadable(jobId);
  const { d, s, a } = data as Record<string, unknown>;
  if (typeof d !== 'string' || typeof s !== 'number' || !Array.isArray(a)) throw unreadable(jobId);
  const alerts = a.map((pair: unknown) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string')
      throw unreadable(jobId);
    return { id: pair[0], facts: pair[1] };
  });
  return { day: d, severityRank: s, alerts };
}

const DAY_MS = 24 * 3_600_000;

function dayNumber(day: string): number {
  const number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  if (!isCount(number) || dayText(number) !== day) throw new QueueError('invalid_job', `not a day: "${day}"`);
  return number;
}

function dayText(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** A whole number from 0 to a million; as a day, that is until the year 4707. */
function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1_000_000;
}

function unreadable(jobId: string): QueueError {
  return new QueueError('invalid_job', `job ${jobId} holds data that cannot be read`);
}

const WELL_FORMED = /^([^:\s]+)\.(\d+)\.(\d+)$/;

/**
 * The id of a delivery's job, `<delivery id>.<round>.<dispatch number>`, a UUID without its dashes and any other id behind a `~`.
 * It holds no `:` and is never only digits (BullMQ refuses both), and it is new with each dispatch number: an id whose
 * failed or completed job is still kept would silently not be added.
 * @throws QueueError `invalid_job` for a delivery id with a colon or white space, or a round or dispatch number that is
 * no count
 */
export function deliveryJobId({ deliveryId, round, dispatchNumber }: DeliveryJobRef): string {
  if (!/^[^:\s]+$/.test(deliveryId) || !isWhole(round) || !isWhole(dispatchNumber)) {
    throw new QueueError(
      'invalid_job',
      `no job id can be made from "${deliveryId}", ${round}, ${dispatchNumber}`,
    );
  }
  return `${undashId(deliveryId)}.${round}.${dispatchNumber}`;
}

/** The inverse of {@link deliveryJobId}. @throws QueueError `invalid_job` */
export function parseDeliveryJobId(jobId: string): DeliveryJobRef {
  const match = WELL_FORMED.exec(jobId);
  const deliveryId = match && redashId(match[1]!);
  if (!deliveryId) throw new QueueError('invalid_job', `not the id of a delivery job: "${jobId}"`);
  return { deliveryId, round: Number(match[2]), dispatchNumber: Number(match[3]) };
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX_UUID = /^[0-9a-f]{32}$/;
const PACKED_UUID = /^[A-Za-z0-9_-]{22}$/;
/** Starts an id that is kept as it is. Neither form of a UUID holds it. */
const VERBATIM = '~';

/** A UUID without its dashes, for where people search for it; any other id behind a `~`. */
function undashId(id: string): string {
  return UUID.test(id) ? id.replaceAll('-', '') : VERBATIM + id;
}

/** The inverse of {@link undashId}. @returns undefined for what it never makes */
function redashId(text: string): string | undefined {
  if (HEX_UUID.test(text)) return dashed(text);
  return verbatim(text);
}

/** A UUID in 22 characters (base64url of its bytes); any other id behind a `~`. */
function packId(id: string): string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url') : VERBATIM + id;
}

/** The inverse of {@link packId}. @returns undefined for what it never makes */
function unpackId(text: string): string | undefined {
  if (PACKED_UUID.test(text)) return dashed(Buffer.from(text, 'base64url').toString('hex'));
  return verbatim(text);
}

function verbatim(text: string): string | undefined {
  return text.length > 1 && text.startsWith(VERBATIM) ? text.slice(1) : undefined;
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What says how soon a delivery has its turn among others. */
export type Urgency = Pick<DispatchedDelivery, 'severityRank' | 'isRetry' | 'ahead'>;

/**
 * BullMQ's priority of a delivery; lower goes first. What is fresh goes before what has waited for long, and before retries. Of
 * these, what has few of its destination ahead goes before what has many, by doublings, so that nobody's backlog or retries
 * delay for long what others wait for. Among equals, severity is first, then first attempts before retries.
 */
export function deliveryPriority(urgency: Urgency): number {
  const { severityRank, isRetry, ahead = isRetry ? 0 : undefined } = urgency;
  if (ahead === undefined) return severityRank;
  const crowd = ahead < FEW_AHEAD ? 0 : 1 + Math.floor(Math.log2(ahead / FEW_AHEAD));
  return SEVERITIES.length * (1 + 2 * crowd) + rankOf(urgency);
}

/** Severity, then first attempts before retries. */
function rankOf({ severityRank, isRetry }: Pick<Urgency, 'severityRank' | 'isRetry'>): number {
  return 2 * severityRank + (isRetry ? 1 : 0);
}
