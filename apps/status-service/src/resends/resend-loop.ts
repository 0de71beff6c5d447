import { setTimeout as sleep } from 'node:timers/promises';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import type { Logger } from 'pino';
import type { ResendAfterBatch } from '../commit/bulk-resend-progress.ts';
import type { Commit } from '../commit/committer.ts';
import { createLoop, type Loop } from '../loop/loop.ts';

export interface BulkResendDeps {
  database: Database;
  commit: Commit;
  hasRoom: () => Promise<boolean>;
  /** Adds jobs of a committed batch; never rejects. */
  enqueue: (jobs: DispatchedDelivery[]) => Promise<void>;
  log: Logger;
}

/** What a turn did: began rounds, looked through a page without any, met a destination without room, or found no work. */
export type ResendTurn = 'sent' | 'looked' | 'blocked' | 'idle';

/**
 * Up to a hundred a second of each process, so that fresh alerts keep the machine to themselves for the most part, and few
 * at a time, since these wait for the locks of a batch (docs/adr/0014-bulk-resends-as-rows.md).
 */
export const PACE = { batch: 10, everyMs: 100 };

const LOOK_EVERY_MS = 1_000;

/** Takes turns at that pace until there is no work, and then looks for some once a second. */
export function createResendLoop(
  name: string,
  turn: () => Promise<ResendTurn>,
  { log }: Pick<BulkResendDeps, 'log'>,
): Loop {
  const loop: Loop = createLoop({
    ...{ name, log, everyMs: LOOK_EVERY_MS },
    // One batch each time, so that closing waits for no more than that.
    run: async (closing) => {
      const from = performance.now();
      const did = await turn();
      if (did === 'idle') return;
      // Looking takes half of the time at most: what has matches may be far away.
      const restMs = did === 'looked' ? performance.now() - from : PACE.everyMs;
      await sleep(restMs, undefined, { signal: closing }).catch(() => undefined);
      loop.wake();
    },
  });
  return loop;
}

/** Enqueues what a batch began, and says so where it was the last one. */
export async function afterBatch(
  { enqueue, log }: Pick<BulkResendDeps, 'enqueue' | 'log'>,
  { id: resendId, state, matched, resent, skipped }: ResendAfterBatch,
  jobs: DispatchedDelivery[],
): Promise<void> {
  await enqueue(jobs);
  if (state === 'done')
    log.info({ event: 'bulk_resend.completed', resendId, matched, resent, skipped }, 'bulk resend completed');
}
