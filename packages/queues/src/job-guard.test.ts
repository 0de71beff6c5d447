import { describe, expect, test } from '@jest/globals';
import { DelayedError, type Job } from 'bullmq';
import { ABORT_REASONS, createActiveJobs, guardJobs, type JobHandler } from './job-guard.ts';
import { createPlaces } from './places.ts';

const LOCK_DURATION_MS = 1_000;

/** As much of a BullMQ job as the guard looks at. */
function fakeJob(fields: { processedOn?: number; extendLock?: () => Promise<number> }): Job {
  return {
    ...{ id: 'a', processedOn: Date.now(), data: {} },
    ...{ extendLock: async () => 1, moveToDelayed: async () => {} },
    ...fields,
  } as unknown as Job;
}

function guarded(handle: JobHandler) {
  const activeJobs = createActiveJobs();
  const places = createPlaces({ places: 1, jobsMax: 1 }).forQueue();
  const process = guardJobs({ activeJobs, places, lockDurationMs: LOCK_DURATION_MS, handle });
  return { activeJobs, run: (job: Job) => process(job, 'token') };
}

describe('a job claimed longer ago than a lock lasts', () => {
  const longAgo = Date.now() - 2 * LOCK_DURATION_MS;

  test('is handled when its lock can still be renewed', async () => {
    let handled = 0;
    const { run } = guarded(async () => {
      handled += 1;
    });
    await run(fakeJob({ processedOn: longAgo }));
    expect(handled).toBe(1);
  });

  test.each([
    ['is lost', async () => 0],
    ['cannot be asked for', () => Promise.reject(new Error('Connection is closed.'))],
  ])('is left alone when its lock %s', async (_, extendLock) => {
    let handled = 0;
    const { run, activeJobs } = guarded(async () => {
      handled += 1;
    });
    await expect(run(fakeJob({ processedOn: longAgo, extendLock }))).rejects.toThrow(DelayedError);
    expect(handled).toBe(0);
    expect(activeJobs.isEmpty()).toBe(true);
  });
});

describe('a handler', () => {
  test('does not speak for a job whose lock was lost meanwhile, neither by returning nor by throwing', async () => {
    for (const outcome of [async () => {}, () => Promise.reject(new Error('an outcome'))]) {
      const { run, activeJobs } = guarded(async ({ jobId }) => {
        activeJobs.abort(jobId, ABORT_REASONS.lockLost);
        await outcome();
      });
      await expect(run(fakeJob({}))).rejects.toThrow(DelayedError);
    }
  });

  test('speaks for a job that was aborted for another reason: it may still be ours', async () => {
    for (const reason of [ABORT_REASONS.closing, ABORT_REASONS.frozen]) {
      const { run, activeJobs } = guarded(async () => {
        activeJobs.abortAll(reason);
        throw new Error('an outcome');
      });
      await expect(run(fakeJob({}))).rejects.toThrow('an outcome');
    }
  });
});

test('a job that is given out again while it runs here is aborted, and not handled a second time', async () => {
  let handled = 0;
  const end = Promise.withResolvers<void>();
  let signalOfFirst: AbortSignal | undefined;
  const { run } = guarded(async ({ signal }) => {
    handled += 1;
    signalOfFirst = signal;
    await end.promise;
  });
  const first = run(fakeJob({}));
  await expect(run(fakeJob({}))).rejects.toThrow(DelayedError);
  expect(signalOfFirst?.reason).toBe(ABORT_REASONS.lockLost);
  end.resolve();
  await expect(first).rejects.toThrow(DelayedError);
  expect(handled).toBe(1);
});
