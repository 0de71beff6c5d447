import { describe, expect, test } from '@jest/globals';
import { createResend } from './endpoints-resend.ts';
import { fieldErrorsOf } from './problem.ts';

const DESTINATION_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
const ASKED = { status: 'failed', since: '2026-07-01T00:00:00Z', until: '2026-07-02T00:00:00Z' };

/** What a body becomes, or the names of the fields that are at fault. */
function read(change: Record<string, unknown>): unknown {
  const parsed = createResend.body?.safeParse({ ...ASKED, ...change });
  return parsed?.success ? parsed.data : parsed && fieldErrorsOf(parsed.error).map(({ path }) => path);
}

describe('a bulk resend', () => {
  test.each([
    ['failed', ['failed']],
    [
      ['succeeded', 'failed'],
      ['failed', 'succeeded'],
    ],
    [
      ['failed', 'cancelled', 'failed'],
      ['cancelled', 'failed'],
    ],
  ])('of %j is the same in whatever form the states are given', (status, expected) => {
    expect(read({ status })).toEqual({ ...ASKED, status: expected, dryRun: false });
  });

  test('of missing deliveries names one destination, and may name severities', () => {
    const missing = { destinationId: DESTINATION_ID, severities: ['CRITICAL'] };
    const expected = { ...ASKED, ...missing, status: ['missing'], dryRun: false };
    expect(read({ ...missing, status: 'missing' })).toEqual(expected);
    expect(read({ ...missing, status: ['missing'] })).toEqual(expected);
  });

  test.each([
    ['status', { status: ['missing', 'failed'], destinationId: DESTINATION_ID }],
    ['destinationId', { status: 'missing' }],
    ['errorCodes', { status: 'missing', destinationId: DESTINATION_ID, errorCodes: ['timeout'] }],
    ['status', { status: 'pending' }],
    ['status', { status: [] }],
    ['since', { since: 'yesterday' }],
    ['since', { since: '1969-12-31T23:59:59Z' }],
    ['until', { until: ASKED.since }],
    ['until', { until: '2026-07-01T01:59:59+02:00' }],
  ])('may not have the %s of %j', (path, change) => {
    expect(read(change)).toEqual([path]);
  });
});
