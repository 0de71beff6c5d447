import { setTimeout as sleep } from 'node:timers/promises';
import { MISSING } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import type { Logger } from 'pino';
import type { Commit } from '../commit/committer.ts';
import { createLoop, type Loop } from '../loop/loop.ts';

export interface BulkResendLoopDeps {
  database: Database;
  commit: Commit;
  hasRoom: () => Promise<boolean>;
  /** Adds jobs of a committed batch; never rejects. */
  enqueue: (jobs: DispatchedDelivery[]) => Promise<void>;
  log: Logger;
}

const EVERY_MS = 1_000;

/**
 * Up to a hundred a second of each process, so that fresh alerts keep the machine to themselves for the most part, and few
 * at a time, since these wait for the locks of a batch (docs/adr/0014-bulk-resends-as-rows.md).
 */
const PACE = { limit: 10, everyMs: 100 };

/** Runs the bulk resends that any process stored, batch after batch until none is left. */
export function createBulkResendLoop(deps: BulkResendLoopDeps): Loop {
  const loop: Loop = createLoop({
    name: 'bulk-resends',
    everyMs: EVERY_MS,
    // One batch a turn, so that closing waits for no more than that.
    run: async (closing) => {
      const began = await runBulkResends(deps, PACE.limit);
      if (began === null) return;
      // A page without matches is cheap, and says nothing about the next.
      if (began > 0) await sleep(PACE.everyMs, undefined, { signal: closing }).catch(() => undefined);
      loop.wake();
    },
    log: deps.log,
  });
  return loop;
}

/**
 * Runs one batch of a bulk resend. Safe from several processes at once.
 *
 * @param batchSize deliveries in it at most
 * @returns how many rounds began; null where none is running
 */
export async function runBulkResends(deps: BulkResendLoopDeps, batchSize: number): Promise<number | null> {
  const { result: job, jobs } = await deps
    .commit('resendBatch', { size: batchSize }, { hasRoom: await deps.hasRoom() })
    .catch(async (error: unknown) => {
      await letOthersGoFirst(deps.database);
      throw error;
    });
  if (job === null) return null;
  await deps.enqueue(jobs);
  const { id: resendId, state, began, ...counts } = job;
  if (state === 'done')
    deps.log.info({ event: 'bulk_resend.completed', resendId, ...counts }, 'bulk resend completed');
  return began;
}

/** A bulk resend whose batch fails has its turn again once the others had theirs. */
async function letOthersGoFirst({ pool }: Database): Promise<void> {
  await pool.query(
    `UPDATE resends SET updated_at = now()
     WHERE id = (SELECT id FROM resends WHERE state = 'running' AND statuses <> '{${MISSING}}'
       ORDER BY updated_at, id LIMIT 1)`,
  );
}
