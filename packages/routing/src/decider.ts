import type { Decision, RoutingFacts } from '@tocsin/contract';
import { type DecideOptions, decide } from './decide.ts';
import { unknownNames } from './overrides.ts';
import type { RoutableDestination } from './routable-destination.ts';
import { createRoutingIndex, type RoutingIndex } from './routing-index.ts';

/** The destinations of one moment; equal versions mean equal lists. */
export interface RoutableSnapshot {
  readonly version: string;
  readonly list: readonly RoutableDestination[];
}

/** Where the decider gets destinations from. */
export interface DestinationSource {
  /** Fresh enough to decide by. */
  current(): Promise<RoutableSnapshot>;
  /** As they are now. */
  reload(): Promise<RoutableSnapshot>;
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
 * Decides by today's destinations. The index is built anew only when their version changes, and before any name or id
 * is called unknown the destinations are read once more: it may belong to one that was made a moment ago.
 */
export function createDecider({ destinations }: { destinations: DestinationSource }): Decider {
  let built: { version: string; index: RoutingIndex } | undefined;

  function indexOf(snapshot: RoutableSnapshot): RoutingIndex {
    if (built?.version !== snapshot.version)
      built = { version: snapshot.version, index: createRoutingIndex(snapshot.list) };
    return built.index;
  }

  return {
    decide: async (alerts, options) => {
      let index = indexOf(await destinations.current());
      if (alerts.some((facts) => unknownNames(index, facts).length > 0))
        index = indexOf(await destinations.reload());
      return alerts.map((facts) => decide(index, facts, options));
    },
  };
}
