export { areAvailable, type Deferred, deferWhileUnavailable } from './defer-while-unavailable.ts';
export { createFailureLog } from './failure-log.ts';
export { createOutage, type LogFields, type Outage, type OutageLog, UnavailableError } from './outage.ts';
export { restWhileUnavailable } from './rest-while-unavailable.ts';
