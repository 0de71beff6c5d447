import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../run/monotonic-time.ts';
import { type Allowance, allow } from '../verdict/second-posts.ts';
import type { Scenario } from './scenario.ts';

/** For what a process had sent when it was killed to arrive. */
const ON_ITS_WAY_MS = 200;
/** No outcome is uncommitted for longer than this before a strike. */
const LOOK_BACK_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * Finds what has been POSTed and is not recorded, which may be POSTed once more: right after a strike and, where a
 * process goes on with what it has in hand, at any moment until what was lost has been reclaimed.
 *
 * @param reclaimed - resolves when that is so
 */
export async function allowUncommitted(
  { receivers, postgres }: Pick<Scenario, 'receivers' | 'postgres'>,
  allowance: Allowance,
  reclaimed: () => Promise<void> = async () => {},
): Promise<void> {
  const since = monotonicMs() - LOOK_BACK_MS;
  const uncommitted = new Set<string>();
  const look = async () => {
    const ids = receivers.arrivals.filter(({ at }) => at > since).map(({ webhookId }) => webhookId);
    const rows = await postgres.query<{ delivery_id: string }>(
      'SELECT delivery_id FROM attempts WHERE delivery_id = ANY($1)',
      [ids],
    );
    const recorded = new Set(rows.map((row) => row.delivery_id));
    for (const id of ids) if (!recorded.has(id)) uncommitted.add(id);
  };
  let isBack = false;
  const back = reclaimed().finally(() => {
    isBack = true;
  });
  await Promise.all([
    back,
    sleep(ON_ITS_WAY_MS).then(async () => {
      while (!isBack) {
        await look();
        await sleep(LOOK_EVERY_MS);
      }
      await look();
    }),
  ]);
  allow(allowance, uncommitted);
}
