import type { Destination } from '../../api/client.ts';

export type HealthState = 'disabled' | 'paused' | 'failing' | 'healthy' | 'idle';

export type HealthFacts = Pick<Destination, 'enabled' | 'paused' | 'health'>;

/** The health of a destination, the most urgent first. `idle`: nothing was sent yet. */
export function healthState({ enabled, paused, health }: HealthFacts): HealthState {
  if (!enabled) return 'disabled';
  if (paused) return 'paused';
  if (health.consecutiveFailures > 0) return 'failing';
  return health.lastSuccessAt === null ? 'idle' : 'healthy';
}

/** Whether its last attempts failed; a paused or disabled destination does not count as failing. */
export function isFailing(destination: HealthFacts): boolean {
  return healthState(destination) === 'failing';
}
