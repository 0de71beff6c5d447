import { describe, expect, test } from '@jest/globals';
import { ALERT_STATUSES, ALERT_TYPES, listAlerts, SEVERITIES } from '@tocsin/contract';
import * as vocabulary from '../../format/labels/value-labels.ts';
import * as own from './alert-query.ts';

const { queryOf, readFilters } = own;

function read(search: string) {
  const parameters = new URLSearchParams(search);
  return readFilters({
    get: (name) => parameters.get(name),
    list: (name) => (parameters.get(name) ?? '').split(',').filter((part) => part !== ''),
  });
}

test('the words to choose from are those of the API', () => {
  expect(vocabulary.SEVERITIES).toEqual(SEVERITIES);
  expect(vocabulary.ALERT_TYPES).toEqual(ALERT_TYPES);
  expect(own.ALERT_STATUSES).toEqual(ALERT_STATUSES);
});

describe('filters in a URL', () => {
  test('are read', () => {
    const id = '6f1d2c1e-0c5b-4f0e-9a57-3a1f6f0d0001';
    expect(
      read(
        `q=root+login&severity=HIGH,CRITICAL&type=POLICY&status=failed&logType=AWS.CloudTrail&destinationId=${id}&since=2026-07-01T09:00:00%2B02:00`,
      ),
    ).toEqual({
      q: 'root login',
      severity: ['CRITICAL', 'HIGH'],
      type: ['POLICY'],
      status: ['failed'],
      logType: 'AWS.CloudTrail',
      destinationId: id,
      since: '2026-07-01T07:00:00.000Z',
    });
  });

  test.each([
    ['severity=WORST,'],
    ['type=rule'],
    ['status='],
    ['destinationId=pager'],
    ['since=yesterday'],
    ['until=1969-12-31T23:59:59Z'],
    ['last=toString'],
    ['q=%00%0A'],
  ])('are left out where the API would refuse them: %s', (search) => expect(read(search)).toEqual({}));

  test('never hold what the API refuses', () => {
    const filters = read(`q=${'x'.repeat(600)}%07y&logType=a%00b&severity=INFO,BAD&last=week`);
    expect(filters.q).toHaveLength(500);
    expect(listAlerts.query?.safeParse(queryOf(filters, 1e12)).success).toBe(true);
  });

  test('have one range: the one that ends now, where there are two', () => {
    expect(read('last=hour&since=2026-07-01T00:00:00Z')).toEqual({ last: 'hour' });
  });
});

test('a range that ends now becomes its beginning', () => {
  expect(queryOf({ last: 'hour', q: 'x' }, Date.parse('2026-07-01T08:00:00Z'))).toEqual({
    q: 'x',
    since: '2026-07-01T07:00:00.000Z',
  });
});
