import { afterAll, beforeAll } from '@jest/globals';
import { createPool } from '@tocsin/store';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import type pg from 'pg';
import { createProducer } from '../src/index.ts';
import { describeQueues } from './contract/index.ts';
import { createRecordingLog } from './recording-log.ts';

let database: TestDatabase;
let admin: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase('queues');
  admin = createPool({ databaseUrl: database.url, session: {}, max: 1 });
  const { log } = createRecordingLog();
  const backend = { kind: 'postgres' as const, databaseUrl: database.url };
  await (await createProducer({ backend, shards: 1, log })).close();
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

describeQueues({
  name: 'Postgres',
  shards: 1,
  async emptyBackend() {
    await admin.query('TRUNCATE bullmq.job, bullmq.event, bullmq.meta CASCADE');
    return { kind: 'postgres', databaseUrl: database.url };
  },
  async dropLock(queue, jobId) {
    await admin.query(
      'UPDATE bullmq.job SET lock_token = NULL, locked_until_ms = 0 WHERE queue = $1 AND id = $2',
      [queue.name, jobId],
    );
  },
  async cutConnections() {
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  },
});
