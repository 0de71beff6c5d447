import { describe, expect, test } from '@jest/globals';
import { listHeaders, prepareCustomHeaders } from './request-headers.ts';

const own = {
  userAgent: 'Tocsin/1.0.0',
  contentLength: 2,
  webhookId: 'id',
  timestampSeconds: 7,
  signature: 'v1,x',
};
const list = (headers: { name: string; value: string }[], fields = own) =>
  listHeaders(fields, prepareCustomHeaders(headers));

describe('the headers of a request', () => {
  test('are ours, then the custom ones as they are spelled', () => {
    expect(
      list([
        { name: 'X-Api-KEY', value: 'a' },
        { name: '1', value: 'b' },
      ]),
    ).toEqual([
      'Content-Type',
      'application/json',
      'Accept',
      'application/json',
      'User-Agent',
      'Tocsin/1.0.0',
      'Accept-Encoding',
      'identity',
      'Content-Length',
      '2',
      'webhook-id',
      'id',
      'webhook-timestamp',
      '7',
      'webhook-signature',
      'v1,x',
      'X-Api-KEY',
      'a',
      '1',
      'b',
    ]);
  });

  test.each(['content-type', 'ACCEPT', 'User-agent'])('hold a custom %s once, in place of ours', (name) => {
    const headers = list([{ name, value: 'custom' }]);
    const values = headers.filter(
      (_, index) => index > 0 && headers[index - 1]?.toLowerCase() === name.toLowerCase(),
    );
    expect(values).toEqual(['custom']);
  });

  test('have no signature where nothing signs', () => {
    expect(list([], { ...own, signature: '' })).not.toContain('webhook-signature');
  });

  test('refuse custom headers that came past the rules', () => {
    expect(() => prepareCustomHeaders([{ name: 'Host', value: 'canary' }])).toThrow(
      /^headers\[0\]\.name is set by Tocsin/,
    );
  });
});
