import type { MeasuredCase } from '../harness/cases/case.ts';
import { BAD_RECEIVERS } from './cases/bad-receivers.ts';
import { CALLERS } from './cases/callers.ts';
import { CLOCKS } from './cases/clocks.ts';
import { ISOLATION } from './cases/isolation.ts';
import { KILLS } from './cases/kills.ts';
import { LONE_WORKER } from './cases/lone-worker.ts';
import { POSTGRES_FAULTS } from './cases/postgres-faults.ts';
import { RECOVERY } from './cases/recovery.ts';
import { REDIS_ABSENCE } from './cases/redis-absence.ts';
import { REDIS_LOSS } from './cases/redis-loss.ts';
import { STARTS } from './cases/starts.ts';
import { STOPS } from './cases/stops.ts';
import { STORMS } from './cases/storms.ts';
import { TEST_RUNS } from './cases/test-runs.ts';

/** In the order in which they are run. */
export const FAULT_CASES: readonly MeasuredCase[] = [
  ...ISOLATION,
  ...STORMS,
  ...KILLS,
  ...RECOVERY,
  ...REDIS_LOSS,
  ...REDIS_ABSENCE,
  ...POSTGRES_FAULTS,
  LONE_WORKER,
  ...STOPS,
  ...STARTS,
  ...BAD_RECEIVERS,
  ...CLOCKS,
  CALLERS,
  ...TEST_RUNS,
];

/** What `--short` runs where no case is named: one of each kind. */
export const SHORT_CASES: readonly string[] = [
  'hanging-1-of-5',
  'kills-redis',
  'kills-postgres',
  'redis-empty',
];
