import type { Schemas } from '../../api/client.ts';

type Bucket = Schemas['StatsBucket'];

/** One step of the time axis, its values ready to be drawn. */
export interface Step {
  /** `14:05`, or `Jul 1, 14:00` where a bucket spans more than that leaves room for. */
  label: string;
  Accepted: number;
  Delivered: number;
  Failed: number;
  'Median (p50)': number | null;
  'Slowest 5 % (p95)': number | null;
  Open: number | null;
  /** Seconds. */
  Oldest: number | null;
}

const DAY_SECONDS = 86_400;

/** @param timeZone by default the viewer's */
export function toSteps(buckets: readonly Bucket[], bucketSeconds: number, timeZone?: string): Step[] {
  const spanSeconds = bucketSeconds * buckets.length;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...(spanSeconds > DAY_SECONDS ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return buckets.map((bucket) => ({
    label: format.format(new Date(bucket.at)),
    Accepted: bucket.accepted,
    Delivered: bucket.delivered,
    Failed: bucket.failed,
    'Median (p50)': bucket.delayP50Ms,
    'Slowest 5 % (p95)': bucket.delayP95Ms,
    Open: bucket.open,
    Oldest: bucket.oldestOpenSeconds,
  }));
}
