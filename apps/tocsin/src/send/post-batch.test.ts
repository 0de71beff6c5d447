import { describe, expect, test } from '@jest/globals';
import { ApiError } from '@tocsin/client';
import type { AlertEntry } from './alert-entry.ts';
import { postBatch, type RequestBody } from './post-batch.ts';

function entry(item: number, fields: Record<string, unknown> = {}): AlertEntry {
  const text = JSON.stringify({ item, ...fields });
  return {
    kind: 'alert',
    item,
    line: item + 100,
    endOffset: 0,
    text,
    bytes: text.length,
    alertId: `a-${item}`,
    assigned: false,
  };
}

function refusal(status: number, code: string, errors: { path: string; message: string }[] = []): ApiError {
  return new ApiError({ status, code, detail: 'refused', errors });
}

/** A server that refuses any request of more than `alertsMax`, or one that holds a poisoned alert. */
function createServer(judge: (items: number[]) => ApiError | null) {
  const posted: number[][] = [];
  async function post({ text }: RequestBody) {
    const items = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { item: number }).item);
    posted.push(items);
    const error = judge(items);
    if (error !== null) throw error;
    const results = items.map((item, index) => ({
      index,
      alertId: `a-${item}`,
      status: 'accepted' as const,
    }));
    return { accepted: items.length, duplicates: 0, rejected: 0, results };
  }
  return { post, posted };
}

describe('a batch', () => {
  test('reports rejected alerts by their place in the input', async () => {
    const results = [
      { index: 0, alertId: 'a-1', status: 'duplicate' as const },
      {
        index: 1,
        alertId: null,
        status: 'rejected' as const,
        error: { code: 'invalid_alert', message: 'bad', errors: [{ path: 'severity', message: 'wrong' }] },
      },
    ];
    const post = async () => ({ accepted: 0, duplicates: 1, rejected: 1, results });
    await expect(postBatch([entry(1), entry(2)], { post })).resolves.toEqual({
      accepted: 0,
      tests: 0,
      duplicates: 1,
      differing: 0,
      rejections: [
        {
          item: 2,
          line: 102,
          alertId: 'a-2',
          code: 'invalid_alert',
          message: 'bad',
          errors: [{ path: 'severity', message: 'wrong' }],
        },
      ],
    });
  });

  test.each([
    [413, 'unexpected_answer'],
    [413, 'request_too_large'],
    [400, 'malformed_body'],
  ])('refused with %i %s is halved until the culprit stands alone', async (status, code) => {
    const server = createServer((items) => (items.includes(3) ? refusal(status, code) : null));
    const outcome = await postBatch(
      [1, 2, 3, 4, 5].map((item) => entry(item)),
      server,
    );
    expect(outcome.accepted).toBe(4);
    expect(outcome.rejections).toMatchObject([{ item: 3, code, message: 'refused' }]);
    expect(server.posted).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [1, 2], [3], [4, 5]]);
  });

  test('with nothing valid takes the faults that the server names, and finds the others by the contract', async () => {
    const errors = [{ path: '[0].severity', message: 'from the server' }];
    const server = createServer(() => refusal(400, 'invalid_alert', errors));
    const { rejections } = await postBatch([entry(1), entry(2, { id: 'x', createdAt: 'never' })], server);
    expect(rejections[0]).toMatchObject({ errors: [{ path: 'severity', message: 'from the server' }] });
    expect(rejections[1]?.errors).toEqual(
      expect.arrayContaining([{ path: 'createdAt', message: expect.stringContaining('AWSDateTime') }]),
    );
  });

  test('of one alert takes the faults of a lone object too', async () => {
    const server = createServer(() => refusal(400, 'invalid_alert', [{ path: 'title', message: 'missing' }]));
    const { rejections } = await postBatch([entry(1)], server);
    expect(rejections).toMatchObject([{ message: 'title: missing' }]);
  });

  test.each([401, 403, 500, 503])('fails on %i, which is no verdict on its alerts', async (status) => {
    const server = createServer(() => refusal(status, 'x'));
    await expect(postBatch([entry(1)], server)).rejects.toMatchObject({ status });
  });

  test('is repeatable only where every alert has an id', async () => {
    const asked: boolean[] = [];
    const server = createServer(() => null);
    const deps = {
      post: (body: RequestBody, repeatable: boolean) => {
        asked.push(repeatable);
        return server.post(body);
      },
    };
    await postBatch([entry(1), entry(2)], deps);
    await postBatch([entry(1), { ...entry(2), alertId: null }], deps);
    expect(asked).toEqual([true, false]);
  });

  test('refuses an answer for another number of alerts', async () => {
    const post = async () => ({ accepted: 0, duplicates: 0, rejected: 0, results: [] });
    await expect(postBatch([entry(1)], { post })).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});
