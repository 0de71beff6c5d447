import type { Outcome, Plan, Verdict } from '@tocsin/status-gateway';
import { applyOutcomes } from './apply-outcomes.ts';
import { decideOnce, makeDeliveries } from './apply-plans.ts';
import type { Work } from './ledger.ts';

/** What routers and workers report. */
export interface Reports {
  plans: Plan[];
  outcomes: Outcome[];
}

/**
 * Applies the outcomes of attempts, and then plans, which take the slots that have become free.
 *
 * @returns one verdict per outcome, in the same order
 */
export async function applyReports(work: Work, { plans, outcomes }: Reports): Promise<Verdict[]> {
  const { client, random, shards } = work;
  const fresh = await decideOnce(client, plans);
  const ledger = await work.open([
    ...fresh.flatMap(({ decision }) => decision.destinationIds),
    ...outcomes.map(({ destinationId }) => destinationId),
  ]);
  const verdicts = await applyOutcomes({ client, random, ledger }, outcomes);
  makeDeliveries(ledger, fresh, shards);
  ledger.releaseWaiting();
  return verdicts;
}
