import type { Decision } from '@tocsin/contract';
import type { AlertJob } from '@tocsin/queues';
import type { Decider } from '@tocsin/routing';
import type { Plan } from '@tocsin/status-gateway';
import { type ReadableAlert, readFacts } from './read-facts.ts';
import type { PlanReporter } from './report-plans.ts';
import { UnroutableAlertsError } from './unroutable-alerts-error.ts';

/** Makes the plan that the status service commits out of a decision. */
function toPlan(day: string, { id, facts }: ReadableAlert, decision: Decision): Plan {
  return {
    alertId: id,
    day,
    severity: facts.severity,
    isSystemError: facts.type === 'SYSTEM_ERROR',
    decision,
  };
}

/**
 * Routes a job's alerts: reads their facts, decides, reports the plans.
 *
 * @returns a processor that throws whatever keeps an alert from being routed, so that the queue brings the job again:
 *   a second run commits and queues nothing that the first did
 */
export function createAlertProcessor({ decider, plans }: { decider: Decider; plans: PlanReporter }) {
  return async ({ day, alerts }: AlertJob, { signal }: { signal: AbortSignal }): Promise<void> => {
    const { readable, unreadable } = readFacts(alerts);
    const decisions = await decider.decide(readable.map(({ facts }) => facts));
    // Another worker has the job by now, or the process is closing.
    signal.throwIfAborted();
    await plans.report(readable.map((alert, index) => toPlan(day, alert, decisions[index]!)));
    if (unreadable.length > 0) throw new UnroutableAlertsError('unreadable_facts', unreadable);
  };
}
