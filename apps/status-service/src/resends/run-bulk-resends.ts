import { MISSING } from '@tocsin/contract';
import type { Database } from '@tocsin/store';
import type { Loop } from '../loop/loop.ts';
import { afterBatch, type BulkResendDeps, createResendLoop, PACE, type ResendTurn } from './resend-loop.ts';

/** Runs the bulk resends that any process stored, batch after batch until none is left. */
export const createBulkResendLoop = (deps: BulkResendDeps): Loop =>
  createResendLoop('bulk-resends', () => runBulkResends(deps, PACE.batch), deps);

/**
 * Runs one batch of a bulk resend. Safe from several processes at once.
 *
 * @param size deliveries in it at most
 */
export async function runBulkResends(deps: BulkResendDeps, size: number): Promise<ResendTurn> {
  const { result, jobs } = await deps
    .commit('resendBatch', { size }, { hasRoom: await deps.hasRoom() })
    .catch(async (error: unknown) => {
      await letOthersGoFirst(deps.database);
      throw error;
    });
  if (result === null) return 'idle';
  await afterBatch(deps, result, jobs);
  return result.began > 0 ? 'sent' : 'looked';
}

/** A bulk resend whose batch fails has its turn again once the others had theirs. */
async function letOthersGoFirst({ pool }: Database): Promise<void> {
  await pool.query(
    `UPDATE resends SET updated_at = now()
     WHERE id = (SELECT id FROM resends WHERE state = 'running' AND statuses <> '{${MISSING}}'
       ORDER BY updated_at, id LIMIT 1)`,
  );
}
