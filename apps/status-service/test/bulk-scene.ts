import { afterEach, beforeEach } from '@jest/globals';
import type { ReleasedDelivery } from '@tocsin/status-gateway';
import { pino } from 'pino';
import { askForResend, countForResend, type ResendAsk } from '../src/resends/ask-for-resend.ts';
import { createResendsReader } from '../src/resends/read-resends.ts';
import { workOffResends } from '../src/resends/work-off-resends.ts';
import { createCommits } from './commits.ts';
import { createWorkbench, DAYS, type Workbench } from './workbench.ts';

export const ID = '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11';
export const ACTOR = { keyId: 't', keyName: 'test' };
export const OTHER_ID = '9c1f8b67-51a0-4f64-9d0a-7a3b9d0c2e22';

/** A workbench for each test of a file, and what asks for bulk resends there and works them off. */
export function useBulkResends() {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await createWorkbench();
  });

  afterEach(async () => bench?.close());

  const ask = (fields: Partial<ResendAsk> = {}): ResendAsk => ({
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

  const create = (fields: Partial<ResendAsk> = {}) =>
    askForResend({ database: bench.database, reads: bench.database }, ask(fields));
  const count = async (fields: Partial<ResendAsk> = {}) =>
    (await countForResend(bench.database, ask(fields))).matched;
  const view = (id: string) => createResendsReader(bench.database).find(id);

  /** One batch, as the loop of a process does it. @returns the jobs that it added, null where there was no batch */
  async function workOffBatch(
    batchSize: number,
    database = bench.database,
  ): Promise<ReleasedDelivery[] | null> {
    const added: ReleasedDelivery[] = [];
    const deps = {
      ...createCommits(database),
      hasRoom: async () => true,
      addJobs: async (jobs: ReleasedDelivery[]) => void added.push(...jobs),
      log: pino({ level: 'silent' }),
    };
    return (await workOffResends(deps, batchSize)) ? added : null;
  }

  /** All batches there are. */
  async function workOff(batchSize = 500, database = bench.database): Promise<ReleasedDelivery[]> {
    const added: ReleasedDelivery[] = [];
    for (;;) {
      const jobs = await workOffBatch(batchSize, database);
      if (jobs === null) return added;
      added.push(...jobs);
    }
  }

  const setDestination = (id: string, change: string) =>
    bench.database.pool.query(`UPDATE destinations SET ${change} WHERE id = $1`, [id]);

  return {
    get bench() {
      return bench;
    },
    ...{ ask, create, count, view, workOff, workOffBatch, setDestination },
  };
}
