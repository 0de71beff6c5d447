import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createDecider } from '@tocsin/routing';
import type { Outcome, Plan } from '@tocsin/status-gateway';
import { createRoutingDirectory, type Database } from '@tocsin/store';
import type { Reports } from '../src/commit/apply-reports.ts';
import type { ResendRequest } from '../src/commit/apply-resend.ts';
import { type CommitterOptions, createCommitter } from '../src/commit/committer.ts';
import { createMissingAlerts } from '../src/resends/missing-alerts.ts';

/** What may be done with a database's deliveries, as the parts of the service do it; retries are not spread. */
export function createCommits(
  database: Database,
  { shards = 1, ...options }: Partial<Pick<CommitterOptions, 'shards' | 'onEnded' | 'onFlows'>> = {},
) {
  const defaults = DEFAULT_RETRY_POLICY;
  const { commit } = createCommitter({ database, defaults, shards, random: () => 0.5, ...options });
  return { database, shards, commit };
}

/** What finds missing alerts in a database. */
export const missingOf = (database: Database) =>
  createMissingAlerts({
    reads: database,
    decider: createDecider({ destinations: createRoutingDirectory(database) }),
  });

export type Commits = ReturnType<typeof createCommits>;

/** @returns with the jobs to add */
export async function commitReports({ commit }: Commits, reports: Reports, hasRoom: boolean) {
  const { result: verdicts, jobs: released } = await commit('reports', reports, { hasRoom });
  return { verdicts, released };
}

/** @returns the jobs to add */
export const commitPlans = async (deps: Commits, plans: Plan[], hasRoom: boolean) =>
  (await commitReports(deps, { plans, outcomes: [] }, hasRoom)).released;

export const commitOutcomes = (deps: Commits, outcomes: Outcome[], hasRoom: boolean) =>
  commitReports(deps, { plans: [], outcomes }, hasRoom);

export async function resend({ commit }: Commits, request: ResendRequest, hasRoom: boolean) {
  const { result: deliveryIds, jobs: released } = await commit('resend', request, { hasRoom });
  return { deliveryIds, released };
}
