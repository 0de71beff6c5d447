import { afterEach, beforeEach } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { pino } from 'pino';
import { createResendsReader } from '../src/resends/read-bulk-resends.ts';
import {
  type BulkResendRequest,
  countForBulkResend,
  requestBulkResend,
} from '../src/resends/request-bulk-resend.ts';
import { runBulkResends } from '../src/resends/run-bulk-resends.ts';
import { createCommits, missingOf } from './commits.ts';
import { createResendHarness, DAYS, type ResendHarness } from './resend-harness.ts';

export const ID = '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11';
export const ACTOR = { keyId: 't', keyName: 'test' };
export const OTHER_ID = '9c1f8b67-51a0-4f64-9d0a-7a3b9d0c2e22';

/** A harness for each test of a file, and what requests bulk resends there and runs them. */
export function useBulkResends() {
  let harness: ResendHarness;
  beforeEach(async () => {
    harness = await createResendHarness();
  });

  afterEach(async () => harness?.close());

  const ask = (fields: Partial<BulkResendRequest> = {}): BulkResendRequest => ({
    id: null,
    destinationId: null,
    statuses: ['failed'],
    severityRanks: null,
    errorCodes: null,
    since: `${DAYS[0]}T00:00:00Z`,
    until: '2026-07-03T00:00:00Z',
    actor: ACTOR,
    ...fields,
  });

  const requestDeps = (database = harness.database, reads = database) => ({
    ...{ database, reads, missing: missingOf(reads) },
  });
  const create = (fields: Partial<BulkResendRequest> = {}) => requestBulkResend(requestDeps(), ask(fields));
  const count = async (fields: Partial<BulkResendRequest> = {}) =>
    (await countForBulkResend(requestDeps(), ask(fields))).matched;
  const view = (id: string) => createResendsReader(harness.database).find(id);

  /** One batch, as the loop of a process does it. @returns the jobs that it added, null where there was no batch */
  async function runBatch(
    batchSize: number,
    database = harness.database,
  ): Promise<DispatchedDelivery[] | null> {
    const added: DispatchedDelivery[] = [];
    const deps = {
      ...createCommits(database),
      hasRoom: async () => true,
      enqueue: async (jobs: DispatchedDelivery[]) => void added.push(...jobs),
      log: pino({ level: 'silent' }),
    };
    return (await runBulkResends(deps, batchSize)) === 'idle' ? null : added;
  }

  /** All batches there are. */
  async function runAll(batchSize = 500, database = harness.database): Promise<DispatchedDelivery[]> {
    const added: DispatchedDelivery[] = [];
    for (;;) {
      const jobs = await runBatch(batchSize, database);
      if (jobs === null) return added;
      added.push(...jobs);
    }
  }

  const setDestination = (id: string, change: string) =>
    harness.database.pool.query(`UPDATE destinations SET ${change} WHERE id = $1`, [id]);

  return {
    get harness() {
      return harness;
    },
    ...{ ask, requestDeps, create, count, view, runAll, runBatch, setDestination },
  };
}
