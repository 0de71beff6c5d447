import type { MeasuredCase } from '../harness/cases/case.ts';
import { CURVES } from './cases/curves.ts';
import { DRAIN } from './cases/drain.ts';
import { INGEST } from './cases/ingest.ts';
import { MEMORY } from './cases/memory.ts';
import { ONE_PROCESS } from './cases/one-process.ts';
import { READS } from './cases/reads.ts';
import { REDIS_MEMORY } from './cases/redis-memory.ts';
import { ROUTING } from './cases/routing.ts';
import { SINGLES } from './cases/singles.ts';
import { WORKERS } from './cases/workers.ts';

/** Every case, in the order of its first id; then what the rate comes to as things grow. */
export const BENCHMARK_CASES: readonly MeasuredCase[] = [
  DRAIN,
  ...ONE_PROCESS,
  ...INGEST,
  SINGLES,
  ROUTING,
  REDIS_MEMORY,
  WORKERS,
  READS,
  MEMORY,
  ...CURVES,
];
