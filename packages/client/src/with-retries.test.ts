import { describe, expect, test } from '@jest/globals';
import { ApiError, ConnectionError } from './errors.ts';
import { classifyFailure, requestRetryDelayMs } from './retry-delay.ts';
import { type RetryOptions, withRetries } from './with-retries.ts';

function apiError(status: number, code = 'x', retryAfterSeconds?: number): ApiError {
  return new ApiError({ status, code, detail: code, retryAfterSeconds });
}

/** A clock that only `sleep` moves, and a request that fails with each of the errors in turn. */
function rehearse(errors: Error[], options: Partial<RetryOptions> = {}) {
  const pauses: number[] = [];
  let clock = 0;
  let calls = 0;
  const result = withRetries(
    async () => {
      const error = errors[calls];
      calls += 1;
      if (error !== undefined) throw error;
      return 'done';
    },
    {
      retryForMs: 60_000,
      repeatUnknown: true,
      now: () => clock,
      random: () => 1,
      sleep: async (ms) => {
        pauses.push(ms);
        clock += ms;
      },
      ...options,
    },
  );
  return { result, pauses, calls: () => calls };
}

describe('classification of a failed ingest', () => {
  test.each([
    [apiError(429), 'not_stored'],
    [apiError(503, 'overloaded'), 'not_stored'],
    [apiError(503, 'unavailable'), 'not_stored'],
    [apiError(503, 'outcome_unknown'), 'unknown'],
    [apiError(503, 'unexpected_answer'), 'unknown'],
    [apiError(503, 'from_the_future'), 'unknown'],
    [apiError(502), 'unknown'],
    [apiError(504), 'unknown'],
    [apiError(400), 'final'],
    [apiError(401), 'final'],
    [apiError(500), 'final'],
    [new ConnectionError('connection_refused', ''), 'not_stored'],
    [new ConnectionError('connection_reset', ''), 'unknown'],
    [new ConnectionError('timeout', ''), 'unknown'],
    [new ConnectionError('dns', ''), 'final'],
    [new Error('bug'), 'final'],
  ])('%s %#', (error, kind) => expect(classifyFailure(error)).toBe(kind));
});

describe('the pause', () => {
  test('doubles up to a ceiling', () => {
    const error = apiError(503);
    expect([1, 2, 3, 20].map((n) => requestRetryDelayMs(error, n, 1))).toEqual([250, 500, 1000, 15_000]);
    expect(requestRetryDelayMs(error, 1, 0)).toBe(125);
  });

  test('is as long as the server asks, and never shortened by it', () => {
    expect(requestRetryDelayMs(apiError(429, 'x', 40), 1, 1)).toBe(40_000);
    expect(requestRetryDelayMs(apiError(429, 'x', 0), 3, 1)).toBe(1000);
  });
});

describe('retrying', () => {
  test('goes on until it succeeds, and tells of each pause', async () => {
    const failures: number[] = [];
    const run = rehearse([apiError(429, 'x', 3), apiError(503)], {
      onWait: (notice) => failures.push(notice.failures),
    });
    await expect(run.result).resolves.toBe('done');
    expect(run.pauses).toEqual([3000, 500]);
    expect(failures).toEqual([1, 2]);
  });

  test('throws a final error at once', async () => {
    const run = rehearse([apiError(400)]);
    await expect(run.result).rejects.toMatchObject({ status: 400 });
    expect(run.calls()).toBe(1);
  });

  test('does not begin a pause that would outlast its time', async () => {
    const run = rehearse([apiError(503, 'x', 40), apiError(503, 'x', 40)]);
    await expect(run.result).rejects.toMatchObject({ status: 503 });
    expect(run.pauses).toEqual([40_000]);
  });

  test('repeats a request of unknown outcome only where that is safe', async () => {
    await expect(rehearse([apiError(503, 'outcome_unknown')]).result).resolves.toBe('done');
    const unsafe = rehearse([apiError(503, 'outcome_unknown')], { repeatUnknown: false });
    await expect(unsafe.result).rejects.toMatchObject({ code: 'outcome_unknown' });
  });

  test('asks whether to wait for a server that refuses connections', async () => {
    const refused = new ConnectionError('connection_refused', '');
    await expect(rehearse([refused]).result).resolves.toBe('done');
    await expect(rehearse([refused], { retryRefused: () => false }).result).rejects.toBe(refused);
  });

  test('ends a pause when it is to stop', async () => {
    const controller = new AbortController();
    const result = withRetries(() => Promise.reject(apiError(503, 'x', 30)), {
      retryForMs: 60_000,
      repeatUnknown: true,
      signal: controller.signal,
      onWait: () => controller.abort(),
    });
    await expect(result).rejects.toMatchObject({ name: 'AbortError' });
  });
});
