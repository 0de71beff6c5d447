import type { Schemas } from '../../api/client.ts';

type Bucket = Schemas['StatsBucket'];

/** The buckets' values as columns, each as long as `times`. */
export interface Columns {
  /** Seconds since 1970. */
  times: number[];
  accepted: number[];
  succeeded: number[];
  failed: number[];
  delayP50Ms: (number | null)[];
  delayP95Ms: (number | null)[];
  open: (number | null)[];
  oldestOpenMs: (number | null)[];
}

export function toColumns(buckets: readonly Bucket[]): Columns {
  return {
    times: buckets.map(({ at }) => Date.parse(at) / 1_000),
    accepted: buckets.map(({ accepted }) => accepted),
    succeeded: buckets.map(({ succeeded }) => succeeded),
    failed: buckets.map(({ failed }) => failed),
    delayP50Ms: buckets.map(({ delayP50Ms }) => delayP50Ms),
    delayP95Ms: buckets.map(({ delayP95Ms }) => delayP95Ms),
    open: buckets.map(({ open }) => open),
    oldestOpenMs: buckets.map(({ oldestOpenSeconds }) =>
      oldestOpenSeconds === null ? null : oldestOpenSeconds * 1_000,
    ),
  };
}
