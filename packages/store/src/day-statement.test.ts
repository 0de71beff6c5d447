import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { dayStatement } from './day-statement.ts';

const TODAY = '2026-07-01';
const YESTERDAY = '2026-06-30';

const count = dayStatement(
  'count rows',
  'deliveries',
  ({ table, inDays }) => `SELECT count(*) FROM ${table} WHERE ${inDays('received_day', '$1')}`,
);
const ofTable = (days: string[]) => ({
  text: 'SELECT count(*) FROM deliveries WHERE received_day = ANY($1::date[])',
  values: [days],
});
const ofPartition = (day: string, suffix: string) => ({
  name: `count rows ${suffix}`,
  text: `SELECT count(*) FROM deliveries_${suffix} WHERE $1::date[] IS NOT NULL`,
  values: [[day]],
});
const countOf = (...days: string[]) => count(days, [days]);

beforeEach(() => {
  jest.useFakeTimers({ now: new Date(`${TODAY}T23:59:59Z`) });
});
afterEach(() => {
  jest.useRealTimers();
});

test('rows of today alone are those of today’s partition, by a statement with a name', () => {
  expect(countOf(TODAY)).toEqual(ofPartition(TODAY, '20260701'));
});

test('rows of other days, of several, or of none are those of the table', () => {
  for (const days of [[YESTERDAY], ['2026-07-02'], [YESTERDAY, TODAY], [TODAY, YESTERDAY], []])
    expect(countOf(...days)).toEqual(ofTable(days));
});

test('another day has another name', () => {
  expect(countOf(TODAY)).toEqual(ofPartition(TODAY, '20260701'));
  jest.setSystemTime(new Date('2026-07-02T00:00:00Z'));
  expect(countOf(TODAY)).toEqual(ofTable([TODAY]));
  expect(countOf('2026-07-02')).toEqual(ofPartition('2026-07-02', '20260702'));
});
