import { expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { createHeldJobs, isUnavailable } from './held-jobs.ts';
import { QueueError } from './queue-error.ts';

const log = { debug: () => undefined };
const unavailable = () => Promise.reject(new QueueError('queue_unavailable', 'gone'));

test('what is held is added in its order as soon as that works, each once', async () => {
  const held = createHeldJobs({ log });
  const added: number[] = [];
  let isBack = false;
  let tries = 0;
  for (const n of [1, 2, 3]) {
    held.hold({
      jobs: 1,
      characters: 1,
      add: async () => {
        tries += 1;
        if (!isBack) await unavailable();
        added.push(n);
      },
    });
  }
  await waitFor(() => tries > 2);
  expect(added).toEqual([]);
  isBack = true;
  held.wake();
  await waitFor(() => added.length === 3);
  expect(added).toEqual([1, 2, 3]);
  held.close();
});

test('a job that can never be enqueued holds up nothing behind it', async () => {
  const held = createHeldJobs({ log });
  let added = false;
  held.hold({ jobs: 1, characters: 1, add: () => Promise.reject(new QueueError('queue_full', 'no room')) });
  held.hold({
    jobs: 1,
    characters: 1,
    add: async () => {
      added = true;
    },
  });
  await waitFor(() => added);
  held.close();
});

test('no more than 16 MiB of memory is held, twice the jobs’ JSON, and nothing once it is closed', async () => {
  const held = createHeldJobs({ log });
  const added: string[] = [];
  let isBack = false;
  const bulk = (name: string, characters: number) => ({
    jobs: 1,
    characters,
    add: async () => {
      if (!isBack) await unavailable();
      added.push(name);
    },
  });
  held.hold(bulk('large', 8 * 1024 * 1024));
  held.hold(bulk('beyond', 1));
  isBack = true;
  await waitFor(() => added.length > 0);
  held.hold(bulk('after', 1));
  await waitFor(() => added.includes('after'));
  expect(added).toEqual(['large', 'after']);
  held.close();
  held.hold(bulk('closed', 1));
  held.wake();
  expect(added).toEqual(['large', 'after']);
});

test.each([
  ['queue_unavailable', true],
  ['queue_timeout', true],
  ['queue_full', false],
  ['cluster_mode', false],
  ['closed', false],
] as const)('%s passes by itself: %s', (code, passes) => {
  expect(isUnavailable(new QueueError(code, ''))).toBe(passes);
});
