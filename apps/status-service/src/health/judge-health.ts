import type { AttemptedHealth } from '@tocsin/contract';

/** Below this share of attempts that succeed, a destination fails; ADR 0036. */
const FAILING_BELOW = 0.5;

/** Below this share, it is degraded: of twenty attempts, one may fail. */
const DEGRADED_BELOW = 0.95;

/**
 * How well a destination works, by its latest attempts. Pure.
 *
 * @param successRate the share that succeeded, from 0 to 1
 */
export function judgeHealth(successRate: number): AttemptedHealth {
  if (successRate < FAILING_BELOW) return 'failing';
  return successRate < DEGRADED_BELOW ? 'degraded' : 'healthy';
}
