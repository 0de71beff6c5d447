export { type CidrList, CidrListError, parseCidrList } from './cidr-list.ts';
export { checkDestinationUrl } from './destination-url.ts';
export { createEgress, type Egress, type EgressOptions } from './egress.ts';
export { EgressBlockedError } from './egress-blocked-error.ts';
export { type ConnectionProgress, createGuardedAgents, type GuardedAgents } from './guarded-agents.ts';
export type { ResolveAll } from './guarded-lookup.ts';
export { parseOwnUrls } from './own-endpoints.ts';
export { createEgressPolicy, type EgressPolicy, type EgressVerdict } from './policy.ts';
export type { ReservedEndpoint } from './reserved-endpoints.ts';
