import type { Decision, RoutingFacts } from '@tocsin/contract';
import { type DecideOptions, decide, unknownNames } from './decide.ts';
import type { RoutableDestination } from './routable-destination.ts';
import { createRoutingIndex } from './routing-index.ts';

/** The destinations of one moment; equal versions mean equal lists, and a destination is the same object while it has not changed. */
export interface RoutableSnapshot {
  readonly version: number;
  readonly list: readonly RoutableDestination[];
}

/** Where the decider gets destinations from. */
export interface DestinationSource {
  /** With every change that was committed before the call. */
  current(): Promise<RoutableSnapshot>;
}

export interface Decider {
  /**
   * Decides for each alert, all of them by the same destinations.
   *
   * @returns one decision per alert, in the same order
   * @throws what the source throws while it cannot be read
   */
  decide(alerts: readonly RoutingFacts[], options?: DecideOptions): Promise<Decision[]>;
}

/**
 * Decides by the destinations as they are when it is asked, or newer. The index follows them when their version
 * changes, and before any name or id is called unknown the version is looked at once more.
 */
export function createDecider({ destinations }: { destinations: DestinationSource }): Decider {
  const index = createRoutingIndex([]);
  let version: number | undefined;

  async function follow(): Promise<void> {
    const snapshot = await destinations.current();
    if (version === snapshot.version) return;
    index.update(snapshot.list);
    version = snapshot.version;
  }

  return {
    decide: async (alerts, options) => {
      await follow();
      if (alerts.some((facts) => unknownNames(index, facts).length > 0)) await follow();
      return alerts.map((facts) => decide(index, facts, options));
    },
  };
}
