import { describe, expect, test } from '@jest/globals';
import { settledWithin, withDeadline } from './deadline.ts';

const never = new Promise<never>(() => {});

describe('a deadline', () => {
  test('passes on what comes in time', async () => {
    await expect(withDeadline(Promise.resolve(1), 1_000, 'it')).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('no')), 1_000, 'it')).rejects.toThrow('no');
  });

  test('rejects with a code of its own when nothing comes', async () => {
    await expect(withDeadline(never, 5, 'it')).rejects.toMatchObject({ code: 'queue_timeout' });
  });

  test('tells whether work has settled, however it did', async () => {
    expect(await settledWithin(Promise.resolve(), 1_000)).toBe(true);
    expect(await settledWithin(Promise.reject(new Error('no')), 1_000)).toBe(true);
    expect(await settledWithin(never, 5)).toBe(false);
  });
});
