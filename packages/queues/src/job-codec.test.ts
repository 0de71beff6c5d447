import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeAlerts,
  decodeDelivery,
  decodeDeliveryData,
  deliveryJobId,
  deliveryPriority,
  encodeAlerts,
  encodeDelivery,
  parseDeliveryJobId,
  withNote,
} from './job-codec.ts';

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
        expect(decodeDelivery(deliveryJobId(job), data)).toEqual({ job, attemptsMax, note: undefined });
      }),
    );
  });

  test('hold a note until another takes its place', () => {
    const job = { deliveryId: 'a', alertId: 'b', destinationId: 'c', day: '2026-02-03' };
    const data = encodeDelivery({
      ...{ ...job, round: 1, dispatchNumber: 1, severityRank: 0, isRetry: false, attemptsMax: 1 },
    });
    const noted = withNote(data, 'note');
    expect(decodeDelivery('~a.1.1', throughJson(noted)).note).toBe('note');
    expect(withNote(noted, undefined)).toEqual(data);
    expect(withNote(data, undefined)).toBe(data);
    expect(withNote(noted, 'note')).toBe(noted);
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

  test.each([
    ['no day at all', [null, '~b', '~c', 0, 1]],
    ['a day below 0', [-1, '~b', '~c', 0, 1]],
    ['a day beyond the year 4707', [1_000_001, '~b', '~c', 0, 1]],
    ['half a rank', [0, '~b', '~c', 0.5, 1]],
    ['no attempts', [0, '~b', '~c', 0, '1']],
    ['an alert that is no text', [0, 1, '~c', 0, 1]],
    ['an alert that is null', [0, null, '~c', 0, 1]],
    ['a destination that is no text', [0, '~b', null, 0, 1]],
    ['an empty alert', [0, '', '~c', 0, 1]],
    ['an empty destination', [0, '~b', '', 0, 1]],
    ['four fields', [0, '~b', '~c', 0]],
    ['six fields', [0, '~b', '~c', 0, 1, 1]],
    ['an object', { length: 5, 0: 0, 1: '~b', 2: '~c', 3: 0, 4: 1 }],
  ])('are refused with %s', (_what, data) => {
    expect(() => decodeDeliveryData(data, '~a.1.1')).toThrow('job ~a.1.1 holds data that cannot be read');
    expect(() => decodeDeliveryData(data)).toThrow('job without an id holds data that cannot be read');
  });

  test('reach from the first day to the last, from no attempt to a million', () => {
    expect(decodeDeliveryData([0, '~b', '~c', 3, 0])).toEqual({
      ...{ day: '1970-01-01', alertId: 'b', destinationId: 'c' },
      ...{ severityRank: 1, isRetry: true, attemptsMax: 0 },
    });
    expect(decodeDeliveryData([1_000_000, '~b', '~c', 4, 1_000_000])).toMatchObject({
      ...{ severityRank: 2, isRetry: false, attemptsMax: 1_000_000 },
    });
  });

  test('say which day is none', () => {
    const job = {
      deliveryId: 'a',
      alertId: 'b',
      destinationId: 'c',
      round: 1,
      dispatchNumber: 1,
      day: '2026-02-30',
    };
    const encode = () => encodeDelivery({ ...job, severityRank: 0, isRetry: false, attemptsMax: 1 });
    expect(encode).toThrow('not a day: "2026-02-30"');
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

  test.each([
    null,
    'text',
    { d: 1, s: 0, a: [] },
    { d: '2026-07-01', s: '0', a: [] },
    { d: '2026-07-01', s: 0, a: {} },
    { d: '2026-07-01', s: 0, a: ['ab'] },
    { d: '2026-07-01', s: 0, a: [[1, '{}']] },
    { d: '2026-07-01', s: 0, a: [['b', {}]] },
    { d: '2026-07-01', s: 0, a: [null] },
  ])('are refused as %j', (data) => {
    expect(() => decodeAlerts('7', data)).toThrow('job 7 holds data that cannot be read');
  });
});

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

describe('the priority of a delivery', () => {
  const ranks = [0, 1, 2, 3, 4];
  const waited = (ahead: number) =>
    ranks.flatMap((severityRank) =>
      [false, true].map((isRetry) => deliveryPriority({ severityRank, isRetry, ahead })),
    );
  const inTurn = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

  test('comes first for what is fresh; then severity outranks retries, and those come after first attempts', () => {
    const direct = ranks.map((severityRank) => deliveryPriority({ severityRank, isRetry: false }));
    expect([...direct, ...waited(0)]).toEqual(inTurn(0, 15));
    expect(deliveryPriority({ severityRank: 2, isRetry: true })).toBe(waited(0)[5]);
  });

  test.each([
    ['as good as none', 15, 0],
    ['sixteen', 16, 1],
    ['not yet twice as many', 31, 1],
    ['twice as many', 32, 2],
    ['all that a destination has by default', 255, 4],
  ])(
    'of what has waited, is after that of what has half as many of its destination ahead: %s',
    (_, ahead, crowd) => {
      expect(waited(ahead)).toEqual(inTurn(5 + 10 * crowd, 10));
    },
  );

  test('is one that BullMQ takes, whatever is ahead', () => {
    expect(Math.max(...waited(Number.MAX_SAFE_INTEGER))).toBeLessThan(2_097_152);
  });
});
