import type { Destination } from '../../api/client.ts';

export type HealthState = 'disabled' | 'failing' | 'healthy' | 'idle';

/** The health of a destination, the most urgent first. `idle`: nothing was sent yet. */
export function healthState({ enabled, health }: Pick<Destination, 'enabled' | 'health'>): HealthState {
  if (!enabled) return 'disabled';
  if (health.consecutiveFailures > 0) return 'failing';
  return health.lastSuccessAt === null ? 'idle' : 'healthy';
}

/** Whether its last attempts failed; a disabled destination does not count as failing. */
export function isFailing(destination: Pick<Destination, 'enabled' | 'health'>): boolean {
  return healthState(destination) === 'failing';
}
