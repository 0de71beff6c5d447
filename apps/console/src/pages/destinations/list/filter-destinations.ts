import type { Destination } from '../../../api/client.ts';
import { isFailing } from '../health-state.ts';

export const STATES = ['all', 'enabled', 'paused', 'disabled', 'failing'] as const;
export type State = (typeof STATES)[number];

/** @returns the state that a URL names; all where it names none */
export function stateOf(text: string | null): State {
  return STATES.find((state) => state === text) ?? 'all';
}

const IS_IN: Readonly<Record<State, (destination: Destination) => boolean>> = {
  all: () => true,
  enabled: ({ enabled }) => enabled,
  paused: ({ enabled, paused }) => enabled && paused,
  disabled: ({ enabled }) => !enabled,
  failing: isFailing,
};

/** @param text a part of the display name or the id, in any case, as the API's `q`; empty for all */
export function filterDestinations(
  destinations: readonly Destination[],
  { text, state }: { text: string; state: State },
): Destination[] {
  const part = text.trim().toLowerCase();
  return destinations.filter(
    (destination) =>
      IS_IN[state](destination) &&
      (destination.displayName.toLowerCase().includes(part) || destination.id.includes(part)),
  );
}
