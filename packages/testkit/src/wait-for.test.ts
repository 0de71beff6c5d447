import { describe, expect, test } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  test('returns the first truthy answer', async () => {
    let asked = 0;
    const answer = await waitFor(() => ++asked >= 3 && `after ${asked}`, { intervalMs: 1 });
    expect(answer).toBe('after 3');
  });

  test('takes a condition that throws for one that has not come true yet', async () => {
    let asked = 0;
    const condition = async () => {
      asked += 1;
      if (asked < 3) throw new Error('too early');
      return true;
    };
    expect(await waitFor(condition, { intervalMs: 1 })).toBe(true);
  });

  test('names what it waited for, with the last error as the cause', async () => {
    const last = new Error('still unavailable');
    const waiting = waitFor(
      () => {
        throw last;
      },
      { timeoutMs: 5, intervalMs: 1, describe: () => 'Redis to come back' },
    );
    await expect(waiting).rejects.toMatchObject({
      message: 'Waited 5 ms for Redis to come back, in vain',
      cause: last,
    });
  });
});
