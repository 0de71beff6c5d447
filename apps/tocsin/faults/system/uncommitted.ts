import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../run/monotonic-time.ts';
import { type Allowance, allow } from '../verdict/second-posts.ts';
import type { Scenario } from './scenario.ts';

/** For what a process had sent when it was killed to arrive. */
const ON_ITS_WAY_MS = 200;
/** No outcome is uncommitted for longer than this before a strike. */
const LOOK_BACK_MS = 60_000;

/** Right after a strike: finds what has been POSTed and is not recorded, which may be POSTed once more. */
export async function allowUncommitted(
  { receivers, postgres }: Pick<Scenario, 'receivers' | 'postgres'>,
  allowance: Allowance,
): Promise<void> {
  await sleep(ON_ITS_WAY_MS);
  const since = monotonicMs() - LOOK_BACK_MS;
  const ids = receivers.arrivals.filter(({ at }) => at > since).map(({ webhookId }) => webhookId);
  const rows = await postgres.query<{ delivery_id: string }>(
    'SELECT delivery_id FROM attempts WHERE delivery_id = ANY($1)',
    [ids],
  );
  allow(allowance, ids, new Set(rows.map((row) => row.delivery_id)));
}
