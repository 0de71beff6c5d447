import { ALERT_TYPES, type RoutingFacts, SEVERITIES } from '@tocsin/contract';
import type { RoutableDestination } from '../src/index.ts';

/** @returns the id that the sample destination with this number has; ids ascend with the numbers. */
export function idOf(number: number): string {
  return `abcdef00-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A destination that takes everything, but for what is given. */
export function destination(number: number, changes: Partial<RoutableDestination> = {}): RoutableDestination {
  return {
    id: idOf(number),
    displayName: `Destination ${number}`,
    severities: SEVERITIES,
    alertTypes: ALERT_TYPES,
    logTypes: [],
    requireLogType: false,
    enabled: true,
    ...changes,
  };
}

/** The facts of a medium rule alert without log types and overrides, but for what is given. */
export function facts(changes: Partial<RoutingFacts> = {}): RoutingFacts {
  return { severity: 'MEDIUM', type: 'RULE', logTypes: [], destinations: null, outputIds: [], ...changes };
}
