import { describe, expect, test } from '@jest/globals';
import { describeJobData } from './describe-job-data.ts';
import { encodeAlerts, encodeDelivery } from './job-codec.ts';

describe('what a job holds, in words', () => {
  test('of a delivery', () => {
    const facts = {
      day: '2026-02-03',
      alertId: '22222222-2222-4222-8222-222222222222',
      destinationId: '33333333-3333-4333-8333-333333333333',
      severityRank: 4,
      isRetry: true,
      attemptsMax: 11,
    };
    const ids = { deliveryId: '11111111-1111-4111-8111-111111111111', round: 1, feed: 1 };
    expect(describeJobData(encodeDelivery({ ...ids, ...facts }))).toEqual(facts);
  });

  test('of alerts, their facts read', () => {
    const job = { day: '2026-02-03', severityRank: 0, alerts: [{ id: 'a', facts: '{"title":"\\u0000"}' }] };
    expect(describeJobData(encodeAlerts(job))).toEqual({
      ...job,
      alerts: [{ id: 'a', facts: { title: '\u0000' } }],
    });
  });

  test.each([[null], [undefined], [1], [{}], [[]], [[1, 2, 3, 4, 5]], [{ d: 'x', s: 1, a: [['i', '{']] }]])(
    'of %j, as it is',
    (data) => expect(describeJobData(data)).toBe(data),
  );
});
