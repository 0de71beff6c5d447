import type { FaultCase } from './case.ts';
import { ISOLATION } from './cases/isolation.ts';
import { KILLS } from './cases/kills.ts';

/** In the order in which they are run. */
export const FAULT_CASES: readonly FaultCase[] = [...ISOLATION, ...KILLS];
