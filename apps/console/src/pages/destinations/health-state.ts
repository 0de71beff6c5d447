import type { Destination } from '../../api/client.ts';

export type HealthState = 'disabled' | 'failing' | 'healthy' | 'idle';

/** How a destination does, the most pressing first. `idle` has had nothing yet. */
export function healthState({ enabled, health }: Pick<Destination, 'enabled' | 'health'>): HealthState {
  if (!enabled) return 'disabled';
  if (health.consecutiveFailures > 0) return 'failing';
  return health.lastSuccessAt === null ? 'idle' : 'healthy';
}

/** Whether its last attempts failed; what is disabled fails no more. */
export function isFailing(destination: Pick<Destination, 'enabled' | 'health'>): boolean {
  return healthState(destination) === 'failing';
}
