import type { Plan, ReleasedDelivery, StatusGateway } from '@tocsin/contract';
import { isQueueUnavailable } from '@tocsin/queues';
import { createBatcher, createFailureLog, type Logger } from '@tocsin/runtime';
import { type PlanLimits, splitPlans } from './split-plans.ts';

/** Where released deliveries go. */
export interface DeliveryQueues {
  addDeliveries(deliveries: ReleasedDelivery[]): Promise<void>;
}

export interface PlanHandOverDeps {
  gateway: Pick<StatusGateway, 'commitPlans'>;
  queues: DeliveryQueues;
  log: Logger;
  observe: { committed(plans: readonly Plan[]): void; notQueued(count: number): void };
}

export interface PlanHandOver {
  /**
   * Hands plans over, those of concurrent jobs together.
   *
   * @returns once they are committed and their released deliveries are queued, or were left to the feeder
   * @throws what the gateway throws; the plans may be committed all the same, and may be handed over again
   */
  handOver(plans: Plan[]): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** As many deliveries as a transaction of a fraction of a second inserts. */
const COMMIT_LIMITS: PlanLimits = { plansMax: 500, destinationsMax: 5_000 };
/** One commit runs while the deliveries of the other are queued. */
const COMMITS_AT_ONCE = 2;

/** Gives plans to the status service, and the deliveries that it releases to the queues. */
export function createPlanHandOver(deps: PlanHandOverDeps): PlanHandOver {
  const { gateway, queues, log, observe } = deps;
  const failures = createFailureLog({
    failing: 'could not queue deliveries; the status service will',
    working: 'deliveries are queued again',
    isKnown: isQueueUnavailable,
    log,
  });

  /** Postgres has the deliveries: what cannot be queued now the queues add later, or the status service, so the alert is done. */
  async function queue(released: ReleasedDelivery[]): Promise<void> {
    if (released.length === 0) return;
    try {
      await queues.addDeliveries(released);
      failures.succeeded();
    } catch (error) {
      observe.notQueued(released.length);
      failures.failed(error, { deliveries: released.length });
    }
  }

  const batcher = createBatcher<Plan, undefined>({
    batchSizeMax: COMMIT_LIMITS.plansMax,
    concurrency: COMMITS_AT_ONCE,
    run: async (plans) => {
      for (const commit of splitPlans(plans, COMMIT_LIMITS)) {
        const released = await gateway.commitPlans(commit);
        observe.committed(commit);
        await queue(released);
      }
      return plans.map(() => undefined);
    },
  });
  return {
    handOver: async (plans) => {
      await batcher.addAll(plans);
    },
    close: () => batcher.close(),
  };
}
