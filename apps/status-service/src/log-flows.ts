import type { Logger } from 'pino';
import type { ChangedFlow } from './commit/ledger.ts';

/** One line for each destination whose circuit opened or closed, or whose limit was lowered. */
export function logFlows(log: Logger, flows: ChangedFlow[]): void {
  for (const { destinationId, destinationName, change, before, after, cause } of flows) {
    const of = { destinationId, destinationName };
    if (change === 'circuit_opened') {
      log.warn(
        { event: 'circuit.opened', ...of, ...cause, failuresInRow: after.failuresInRow },
        'the circuit of a destination that fails has opened: one attempt at a time, until two in a row succeed; look at its last error, and mend the receiver',
      );
    } else if (change === 'circuit_closed') {
      log.info(
        { event: 'circuit.closed', ...of, openedAt: new Date(before.openedAtMs ?? 0).toISOString() },
        'the circuit of a destination has closed: it succeeds again',
      );
    } else {
      log.info(
        {
          event: 'limit.lowered',
          ...of,
          ...cause,
          from: Math.floor(before.limit),
          to: Math.floor(after.limit),
        },
        'a destination gets fewer deliveries at the same time',
      );
    }
  }
}
