import type { FaultCase } from './case.ts';
import { ISOLATION } from './cases/isolation.ts';
import { KILLS } from './cases/kills.ts';
import { POSTGRES_FAULTS } from './cases/postgres-faults.ts';
import { RECOVERY } from './cases/recovery.ts';
import { REDIS_ABSENCE } from './cases/redis-absence.ts';
import { REDIS_LOSS } from './cases/redis-loss.ts';

/** In the order in which they are run. */
export const FAULT_CASES: readonly FaultCase[] = [
  ...ISOLATION,
  ...KILLS,
  ...RECOVERY,
  ...REDIS_LOSS,
  ...REDIS_ABSENCE,
  ...POSTGRES_FAULTS,
];
