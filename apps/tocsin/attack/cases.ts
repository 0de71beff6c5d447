import { CONTROL } from './attacks/control.ts';
import { INGEST_BODIES } from './attacks/ingest-bodies.ts';
import { READS } from './attacks/reads.ts';
import { SLOW_CALLERS } from './attacks/slow-callers.ts';
import type { AttackCase } from './case.ts';

export const CASES: readonly AttackCase[] = [...INGEST_BODIES, ...CONTROL, ...READS, ...SLOW_CALLERS];
