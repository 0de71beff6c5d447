import { describe, expect, test } from '@jest/globals';
import { createScriptReader, type Recorded } from './receiver-script.ts';

function request(path: string, webhookId?: string): Recorded {
  const headers = webhookId === undefined ? {} : { 'webhook-id': webhookId };
  return { method: 'POST', path, headers, rawHeaders: [], body: Buffer.alloc(0), receivedAt: 0 };
}

describe('a script', () => {
  test('of one answer gives it to every request', () => {
    const read = createScriptReader({ status: 204 });
    expect([read(request('/a')), read(request('/a'))]).toEqual([{ status: 204 }, { status: 204 }]);
  });

  test('of several is followed by each delivery for itself, and its last answer stays', () => {
    const read = createScriptReader([{ status: 500 }, { status: 200 }]);
    expect(read(request('/a', 'd1'))).toEqual({ status: 500 });
    expect(read(request('/a', 'd2'))).toEqual({ status: 500 });
    expect(read(request('/b', 'd1'))).toEqual({ status: 200 });
    expect(read(request('/b', 'd1'))).toEqual({ status: 200 });
  });

  test('counts by path where there is no webhook-id', () => {
    const read = createScriptReader((_request, earlier) => ({ status: 200 + earlier }));
    expect([read(request('/a')), read(request('/b')), read(request('/a'))]).toEqual([
      { status: 200 },
      { status: 200 },
      { status: 201 },
    ]);
  });
});
