import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { Scenario } from '../scenario.ts';
import { type Allowance, allowanceOf, type LossSpan } from './second-posts.ts';

/** Runs what loses something, until it has been made good, and notes for how long that was. */
export async function noteLoss(losses: LossSpan[], lose: () => Promise<unknown>): Promise<void> {
  const from = monotonicMs();
  await lose();
  losses.push({ from, until: monotonicMs() });
}

/** What the losses of a case allow, in its end: by the times at which Postgres committed the outcomes. */
export async function readAllowance(
  { receivers, postgres }: Pick<Scenario, 'receivers' | 'postgres'>,
  losses: readonly LossSpan[],
): Promise<Allowance> {
  const rows = await postgres.query<{ id: string; at: number }>(
    `SELECT delivery_id AS id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS at
     FROM attempts`,
  );
  const monotonicOffset = monotonicMs() - Date.now();
  const commits = new Map<string, number[]>();
  for (const { id, at } of rows) commits.set(id, [...(commits.get(id) ?? []), at + monotonicOffset]);
  return allowanceOf(losses, receivers.arrivals, commits);
}
