import type { Destination } from '../../../api/client.ts';

export const STATES = ['all', 'healthy', 'degraded', 'failing', 'paused', 'disabled'] as const;
export type State = (typeof STATES)[number];

/** @returns the state that a URL names; all where it names none */
export function stateOf(text: string | null): State {
  return STATES.find((state) => state === text) ?? 'all';
}

/** @param text a part of the display name or the id, in any case, as the API's `q`; empty for all */
export function filterDestinations(
  destinations: readonly Destination[],
  { text, state }: { text: string; state: State },
): Destination[] {
  const part = text.trim().toLowerCase();
  return destinations.filter(
    (destination) =>
      (state === 'all' || destination.health.state === state) &&
      (destination.displayName.toLowerCase().includes(part) || destination.id.includes(part)),
  );
}
