import { packId, unpackId } from './compact-id.ts';
import { parseDeliveryJobId } from './job-id.ts';
import { QueueError } from './queue-error.ts';
import type { AlertJob, DeliveryJob } from './types.ts';

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
  const rank = job.severityRank * 2 + (job.isRetry ? 1 : 0);
  return [day, packId(job.alertId), packId(job.destinationId), rank, job.attemptsMax];
}

/** @throws QueueError `invalid_job` for data that this package has not written */
export function decodeDelivery(jobId: string, data: unknown): { job: DeliveryJob; attemptsMax: number } {
  const { attemptsMax, ...facts } = decodeDeliveryData(data, jobId);
  return { job: { ...parseDeliveryJobId(jobId), ...facts }, attemptsMax };
}

/**
 * What the data alone says, without the id.
 *
 * @param jobId for the error's message
 * @throws QueueError `invalid_job` for data that this package has not written
 */
export function decodeDeliveryData(data: unknown, jobId = 'without an id') {
  if (!Array.isArray(data) || data.length !== 5) throw unreadable(jobId);
  const [day, alert, destination, rank, attemptsMax]: unknown[] = data;
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
