import { createBatcher, settleByHalves } from '@tocsin/batcher';
import { createDeliveryEnqueuer, UnrecoverableJobError } from '@tocsin/queues';
import type { Logger } from '@tocsin/service';
import { type DispatchedDelivery, type Plan, type StatusGateway, urgencyOf } from '@tocsin/status-gateway';
import { isRefusal } from '@tocsin/store';

/** Where released deliveries go. */
export interface DeliveryQueues {
  enqueueDeliveries(deliveries: DispatchedDelivery[]): Promise<void>;
}

export interface PlanReporterDeps {
  gateway: Pick<StatusGateway, 'commitPlans'>;
  queues: DeliveryQueues;
  log: Logger;
  observe: { committed(plans: readonly Plan[]): void; notQueued(count: number): void };
}

export interface PlanReporter {
  /**
   * Reports plans to the status service, those of concurrent jobs together. A commit that is refused is made again in halves, so that a plan
   * that cannot be committed holds up no other.
   *
   * @returns once they are committed and their released deliveries are queued, or were left to the dispatcher
   * @throws UnroutableAlertsError where some cannot be committed, the others are; else what the gateway throws: the plans may be
   *   committed all the same. They may be reported again.
   */
  report(plans: Plan[]): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** As many deliveries as a transaction of a fraction of a second inserts. */
const COMMIT_LIMITS: PlanLimits = { plansMax: 200, destinationsMax: 1_000 };
/** One runs while the deliveries of another are queued, and one is left for what is more urgent. */
const COMMITS_AT_ONCE = 3;

/** Gives plans to the status service, and the deliveries that it releases to the queues. */
export function createPlanReporter(deps: PlanReporterDeps): PlanReporter {
  const { gateway, queues, log, observe } = deps;
  const enqueue = createDeliveryEnqueuer({ queues, log, onFailed: observe.notQueued });

  async function commit(plans: Plan[]): Promise<undefined[]> {
    const released = await gateway.commitPlans(plans);
    observe.committed(plans);
    await enqueue(released);
    return plans.map(() => undefined);
  }

  /** @returns for each plan why it was refused, or undefined */
  async function commitAll(plans: Plan[]): Promise<unknown[]> {
    const refusals = new Map<string, unknown>();
    for (const part of splitPlans(plans, COMMIT_LIMITS)) {
      const settled = await settleByHalves(part, commit, isRefusal);
      settled.forEach((result, index) => {
        if (result.status === 'fulfilled') return;
        if (!isRefusal(result.reason)) throw result.reason;
        refusals.set((part[index] as Plan).alertId, result.reason);
      });
    }
    return plans.map(({ alertId }) => refusals.get(alertId));
  }

  const batcher = createBatcher<Plan, unknown>({
    batchSizeMax: COMMIT_LIMITS.plansMax,
    concurrency: COMMITS_AT_ONCE,
    run: commitAll,
  });
  return {
    async report(plans) {
      // Jobs of different severities share no commit unless there is room: the most urgent have their turn first.
      const refusals = await batcher.addAll(plans, { urgency: urgencyOf(plans) });
      const refused = plans.filter((_, index) => refusals[index] !== undefined);
      if (refused.length === 0) return;
      const alertIds = refused.map(({ alertId }) => alertId);
      const cause = refusals.find((refusal) => refusal !== undefined);
      throw new UnroutableAlertsError('refused_plans', alertIds, cause);
    },
    close: () => batcher.close(),
  };
}

export interface PlanLimits {
  plansMax: number;
  /** Destinations named in all decisions together, skipped ones included. */
  destinationsMax: number;
}

function destinationsNamed({ decision }: Plan): number {
  return decision.destinationIds.length + decision.skipped.length;
}

/**
 * Splits plans into commits of bounded size, keeping their order: a transaction and a request body grow with the
 * destinations named, and one alert may name 10,000. A plan that alone is beyond the limit makes a commit of its own.
 * Of several plans for one alert only the first is kept: an alert's first decision is final.
 */
export function splitPlans(plans: readonly Plan[], { plansMax, destinationsMax }: PlanLimits): Plan[][] {
  const commits: Plan[][] = [];
  const seen = new Set<string>();
  let current: Plan[] = [];
  let destinations = 0;
  for (const plan of plans) {
    if (seen.has(plan.alertId)) continue;
    seen.add(plan.alertId);
    const named = destinationsNamed(plan);
    const isFull = current.length >= plansMax || destinations + named > destinationsMax;
    if (isFull && current.length > 0) {
      commits.push(current);
      current = [];
      destinations = 0;
    }
    current.push(plan);
    destinations += named;
  }
  return current.length === 0 ? commits : [...commits, current];
}

const FAULTS = {
  unreadable_facts: { what: 'The routing facts of', why: 'cannot be read' },
  refused_plans: { what: 'The decision for', why: 'cannot be committed' },
};

/** Alerts of a job that cannot be routed, however often the job is tried; the others of it were. */
export class UnroutableAlertsError extends UnrecoverableJobError {
  readonly code: keyof typeof FAULTS;

  constructor(code: keyof typeof FAULTS, alertIds: readonly string[], cause?: unknown) {
    const { what, why } = FAULTS[code];
    const more = alertIds.length > 1 ? ` and ${alertIds.length - 1} more` : '';
    super(`${what} alert ${alertIds[0]}${more} ${why}`, { cause });
    this.name = 'UnroutableAlertsError';
    this.code = code;
  }
}
