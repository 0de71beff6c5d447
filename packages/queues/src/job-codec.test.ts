import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeAlerts, decodeDelivery, encodeAlerts, encodeDelivery } from './job-codec.ts';
import { deliveryJobId } from './job-id.ts';

const ids = fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9._:~-]{1,128}$/));
const day = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const deliveries = fc.record({
  deliveryId: fc.uuid(),
  day,
  alertId: ids,
  destinationId: ids,
  round: fc.nat({ max: 1_000 }),
  dispatchNumber: fc.nat({ max: 1_000 }),
  severityRank: fc.nat({ max: 4 }),
  isRetry: fc.boolean(),
});

function throughJson(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data));
}

describe('the data of a delivery job', () => {
  test('lead back to the job', () => {
    fc.assert(
      fc.property(deliveries, fc.integer({ min: 1, max: 11 }), (job, attemptsMax) => {
        const data = throughJson(encodeDelivery({ ...job, attemptsMax }));
        expect(decodeDelivery(deliveryJobId(job), data)).toEqual({ job, attemptsMax });
      }),
    );
  });

  test('fit into what Redis stores in one piece, with UUIDs', () => {
    fc.assert(
      fc.property(deliveries, fc.uuid(), fc.uuid(), (job, alertId, destinationId) => {
        const data = encodeDelivery({ ...job, alertId, destinationId, attemptsMax: 11 });
        expect(JSON.stringify(data).length).toBeLessThanOrEqual(64);
      }),
    );
  });

  test.each(['2026-02-30', '2026-2-3', '2026-02-03T00:00:00Z', '', '1969-12-31'])(
    'hold no day %j',
    (notADay) => {
      const job = { deliveryId: 'a', alertId: 'b', destinationId: 'c', round: 1, dispatchNumber: 1 };
      const encode = () =>
        encodeDelivery({ ...job, day: notADay, severityRank: 0, isRetry: false, attemptsMax: 1 });
      expect(encode).toThrow(expect.objectContaining({ code: 'invalid_job' }));
    },
  );

  test('are refused when they are anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(() => decodeDelivery('~a.1.1', data)).toThrow(
          expect.objectContaining({ code: 'invalid_job' }),
        );
      }),
    );
  });
});

describe('the data of an alert job', () => {
  test('lead back to the job', () => {
    const alerts = fc.array(fc.record({ id: ids, facts: fc.json() }));
    fc.assert(
      fc.property(fc.record({ day, severityRank: fc.nat({ max: 4 }), alerts }), (job) => {
        expect(decodeAlerts('1', throughJson(encodeAlerts(job)))).toEqual(job);
      }),
    );
  });

  test('are refused when they are anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(() => decodeAlerts('1', data)).toThrow(expect.objectContaining({ code: 'invalid_job' }));
      }),
    );
  });
});
