import { expect, test } from '@jest/globals';
import { createKeyGate } from './key-gate.ts';

/** Reads that end when the test says so. */
function createReads() {
  const ends: (() => void)[] = [];
  return { ends, read: () => new Promise<void>((resolve) => ends.push(resolve)) };
}

test('one key reads so many things at once, the next in their order, and others are not kept waiting by it', async () => {
  const gate = createKeyGate({ runningMax: 2, waitingMax: 2, now: () => 0 });
  const { ends, read } = createReads();
  const reads = [1, 2, 3, 4].map(() => gate('one', read));
  await new Promise(setImmediate);
  expect(ends).toHaveLength(2);
  await expect(gate('one', read)).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
  const other = gate('other', read);
  await new Promise(setImmediate);
  expect(ends).toHaveLength(3);
  for (let ended = 0; ended < 5; ended += 1) {
    ends[ended]?.();
    await new Promise(setImmediate);
    expect(ends).toHaveLength(Math.min(5, 3 + ended + 1));
  }
  await Promise.all([...reads, other]);
});

test('a read that fails leaves its place', async () => {
  const gate = createKeyGate({ runningMax: 1, waitingMax: 0, now: () => 0 });
  for (let round = 0; round < 3; round += 1) {
    await expect(gate('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
  expect(await gate('one', async () => 7)).toBe(7);
});

test('a place rests for as long as its read took, 500 ms at most; one read after the other waits for none of it', async () => {
  let time = 0;
  const rests: { ms: number; end: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((end) => rests.push({ ms, end }));
  const gate = createKeyGate({ runningMax: 2, waitingMax: 32, now: () => time, sleep });
  const read = (ms: number) => async () => {
    time += ms;
    return time;
  };
  expect(await gate('one', read(40))).toBe(40);
  expect(await gate('one', read(2_000))).toBe(2_040);
  expect(rests.map(({ ms }) => ms)).toEqual([40, 500]);
  let third: number | undefined;
  const waiting = gate('one', read(1)).then((at) => (third = at));
  expect(await gate('other', read(0))).toBe(2_040);
  expect(third).toBeUndefined();
  rests[0]?.end();
  await waiting;
  expect(third).toBe(2_041);
});

test('reads give way to what is written, for 25 ms each, and begin one by one meanwhile', async () => {
  let isBusy = true;
  const begun: string[] = [];
  let slept = 0;
  const sleep = async (ms: number) => {
    slept += ms;
  };
  const gate = createKeyGate({ runningMax: 2, waitingMax: 32, isBusy: () => isBusy, sleep, now: () => 0 });
  const read = (name: string) => async () => {
    begun.push(`${name} after ${slept} ms`);
  };
  await Promise.all([gate('a', read('a')), gate('b', read('b')), gate('c', read('c'))]);
  isBusy = false;
  await gate('d', read('d'));
  expect(begun).toEqual(['a after 25 ms', 'b after 50 ms', 'c after 75 ms', 'd after 75 ms']);
});
