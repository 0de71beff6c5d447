import type { Plan } from '@tocsin/status-gateway';

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
