import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deliveryJobId, parseDeliveryJobId } from './job-id.ts';

const count = fc.nat({ max: 1_000_000 });
const deliveryIds = fc.oneof(
  fc.uuid(),
  fc.stringMatching(/^[A-Za-z0-9._~-]{1,64}$/),
  fc.stringMatching(/^[0-9a-f]{32}$/),
);

describe('the id of a delivery job', () => {
  test('leads back to delivery, round and dispatch number', () => {
    fc.assert(
      fc.property(deliveryIds, count, count, (deliveryId, round, dispatchNumber) => {
        expect(parseDeliveryJobId(deliveryJobId({ deliveryId, round, dispatchNumber }))).toEqual({
          deliveryId,
          round,
          dispatchNumber,
        });
      }),
    );
  });

  test('has no colon and is no integer, which BullMQ refuses', () => {
    fc.assert(
      fc.property(deliveryIds, count, count, (deliveryId, round, dispatchNumber) => {
        const jobId = deliveryJobId({ deliveryId, round, dispatchNumber });
        expect(jobId).not.toContain(':');
        expect(`${Number.parseInt(jobId, 10)}`).not.toBe(jobId);
      }),
    );
  });

  test('shows a UUID without dashes, so that it can be searched for', () => {
    const deliveryId = '0197a3b2-1c4d-7e5f-8a9b-0c1d2e3f4a5b';
    expect(deliveryJobId({ deliveryId, round: 1, dispatchNumber: 2 })).toBe(
      '0197a3b21c4d7e5f8a9b0c1d2e3f4a5b.1.2',
    );
  });

  test.each(['a:b', '', 'a b', 'a\nb', ' a', 'a '])(
    'cannot be made from the delivery id %j',
    (deliveryId) => {
      const make = () => deliveryJobId({ deliveryId, round: 1, dispatchNumber: 1 });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_job' }));
    },
  );

  test.each([{ round: -1 }, { dispatchNumber: 1.5 }, { round: Number.NaN }])(
    'cannot be made from %j',
    (fields) => {
      const make = () => deliveryJobId({ deliveryId: 'a', round: 1, dispatchNumber: 1, ...fields });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_job' }));
    },
  );

  test.each([
    '',
    '1',
    'a.1.1',
    '~.1.1',
    '~a.1',
    '~a.1.x',
    '~a.1.1.',
    ' ~a.1.1',
    'x:~a.1.1',
    '~a.1.1 ',
    'ABCDEF00000000000000000000000000.1.1',
  ])('is not %j', (jobId) => {
    expect(() => parseDeliveryJobId(jobId)).toThrow(expect.objectContaining({ code: 'invalid_job' }));
  });

  test('says what it cannot be made from, and what is none', () => {
    const make = () => deliveryJobId({ deliveryId: 'a:b', round: 1, dispatchNumber: 2 });
    expect(make).toThrow('no job id can be made from "a:b", 1, 2');
    expect(() => parseDeliveryJobId('a.1.1')).toThrow('not the id of a delivery job: "a.1.1"');
  });

  test('is made for a round and a dispatch number of 0', () => {
    expect(deliveryJobId({ deliveryId: 'a', round: 0, dispatchNumber: 0 })).toBe('~a.0.0');
  });
});
