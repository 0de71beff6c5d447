import { describe, expect, test } from '@jest/globals';
import { describeJobData } from './describe-job-data.ts';
import { encodeAlerts, encodeDelivery, withNote } from './job-codec.ts';

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
    const ids = { deliveryId: '11111111-1111-4111-8111-111111111111', round: 1, dispatchNumber: 1 };
    const data = encodeDelivery({ ...ids, ...facts });
    expect(describeJobData(data)).toEqual(facts);
    expect(describeJobData(withNote(data, 'canary'))).toEqual({ ...facts, hasNote: true });
  });

  test('of alerts, their ids and nothing else of them', () => {
    const facts = JSON.stringify({ title: 'canary', destinations: ['On-call'] });
    const job = { day: '2026-02-03', severityRank: 0, alerts: [{ id: 'a', facts }] };
    expect(describeJobData(encodeAlerts(job))).toEqual({
      day: '2026-02-03',
      severityRank: 0,
      alertIds: ['a'],
    });
  });

  test.each([
    [null],
    [undefined],
    [1],
    [{}],
    [[]],
    [[1, 2, 3, 4, 'canary']],
    [{ d: 'x', s: 1, a: [['canary']] }],
  ])('of %j, that it cannot be read', (data) => {
    expect(describeJobData(data)).toEqual({ unreadable: expect.any(String) });
    expect(JSON.stringify(describeJobData(data))).not.toContain('canary');
  });
});
