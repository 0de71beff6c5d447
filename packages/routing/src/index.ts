export { type DecideOptions, decide, unknownNames } from './decide.ts';
export { createDecider, type Decider, type DestinationSource, type RoutableSnapshot } from './decider.ts';
export type { RoutableDestination } from './routable-destination.ts';
export { createRoutingIndex, type RoutingIndex } from './routing-index.ts';
