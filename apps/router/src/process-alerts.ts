import { type Decision, type RoutingFacts, readRoutingFacts } from '@tocsin/contract';
import { createFailureLog } from '@tocsin/outage';
import type { AlertJob, AlertJobVerdict } from '@tocsin/queues';
import type { Decider } from '@tocsin/routing';
import type { Logger } from '@tocsin/service';
import type { Plan } from '@tocsin/status-gateway';
import { type PlanReporter, UnroutableAlertsError } from './report-plans.ts';

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
  return async ({ day, alerts }: AlertJob, { signal }: { signal: AbortSignal }): Promise<AlertJobVerdict> => {
    const { readable, unreadable } = readFacts(alerts);
    const decisions = await decider.decide(readable.map(({ facts }) => facts));
    // Another worker has the job by now, or the process is closing.
    signal.throwIfAborted();
    await plans.report(readable.map((alert, index) => toPlan(day, alert, decisions[index]!)));
    if (unreadable.length > 0) throw new UnroutableAlertsError('unreadable_facts', unreadable);
    return { kind: 'done' };
  };
}

/** An alert of a job, as the queue carries it. */
export interface QueuedAlert {
  id: string;
  /** JSON text of the routing facts. */
  facts: string;
}

export interface ReadableAlert {
  id: string;
  facts: RoutingFacts;
}

/**
 * Reads the facts of a job's alerts.
 *
 * @returns those that can be read, and the ids of those that cannot: one bad alert must not hold up its neighbours
 */
function readFacts(alerts: readonly QueuedAlert[]): {
  readable: ReadableAlert[];
  unreadable: string[];
} {
  const readable: ReadableAlert[] = [];
  const unreadable: string[] = [];
  for (const { id, facts: text } of alerts) {
    const facts = readRoutingFacts(text);
    if (facts === null) unreadable.push(id);
    else readable.push({ id, facts });
  }
  return { readable, unreadable };
}

export type ProcessAlerts = (job: AlertJob, context: { signal: AbortSignal }) => Promise<AlertJobVerdict>;

export interface FailureReport {
  log: Logger;
  observe: { jobFailed(): void };
}

/** Counts jobs that fail, and logs the first of a row and its end. */
export function reportFailures(process: ProcessAlerts, { log, observe }: FailureReport): ProcessAlerts {
  const failures = createFailureLog({
    failing: {
      event: 'alert.route_failed',
      message: 'could not route alerts; they are tried again until they are routed',
    },
    working: { event: 'alert.route_resumed', message: 'alerts are routed again' },
    log,
  });
  return async (job, context) => {
    try {
      const verdict = await process(job, context);
      if (verdict.kind === 'done') failures.succeeded();
      return verdict;
    } catch (error) {
      observe.jobFailed();
      failures.failed(error, { alerts: job.alerts.length });
      throw error;
    }
  };
}
