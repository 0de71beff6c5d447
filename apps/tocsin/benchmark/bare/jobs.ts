/** What BullMQ takes for a job that does nothing: to add it in bulk, and to take and end it. */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { bareOptions, measured, report } from './measured.ts';

const { redisUrl, jobs, concurrency } = bareOptions<{
  redisUrl: string;
  jobs: number;
  concurrency: number;
}>();
const BATCH = 200;
const NAME = 'bare';

const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(NAME, { connection });
const added = await measured(jobs, async () => {
  for (let from = 0; from < jobs; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, jobs - from) }, (_, n) => ({
      name: NAME,
      // As slim as a delivery's job.
      data: { day: '2026-07-01', alert: `alert-${from + n}`, destination: 'a-destination', rank: 3 },
      opts: { jobId: `job-${from + n}`, removeOnComplete: { count: 100 } },
    }));
    await queue.addBulk(batch);
  }
});
let done = 0;
const { promise: all, resolve } = Promise.withResolvers<void>();
const worker = new Worker(
  NAME,
  async () => {
    done += 1;
    if (done === jobs) resolve();
  },
  { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), concurrency, autorun: false },
);
const worked = await measured(jobs, async () => {
  void worker.run();
  await all;
  await worker.close();
});
await queue.obliterate({ force: true });
await queue.close();
report({ added, worked });
process.exit(0);
