import { describe, expect, test } from '@jest/globals';
import { type AlertPage, countNew, newAlertsText, withNewest } from './newest.ts';

type Status = AlertPage['items'][number]['status'];

const page = (nextCursor: string | null, ...alerts: (string | [string, Status])[]) =>
  ({
    items: alerts.map((alert) =>
      typeof alert === 'string'
        ? { alertId: alert, status: 'pending' }
        : { alertId: alert[0], status: alert[1] },
    ),
    nextCursor,
  }) as AlertPage;

describe('when the first page was asked for again', () => {
  const newest = page('n', 'd', ['c', 'succeeded']);

  test('it is the list, where nobody reads on', () => {
    expect(withNewest([page('o', 'c', 'b')], newest, false)).toEqual([newest]);
    expect(withNewest([], newest, false)).toEqual([newest]);
  });

  test('every row stays where it is, and is brought up to date, where somebody reads', () => {
    expect(withNewest([page('o', 'c', 'b')], newest, true)).toEqual([page('o', ['c', 'succeeded'], 'b')]);
  });

  test('further pages stay, though nobody is scrolled to them', () => {
    expect(withNewest([page('o', 'c', 'b'), page(null, 'a')], newest, false)).toEqual([
      page('o', ['c', 'succeeded'], 'b'),
      page(null, 'a'),
    ]);
  });
});

describe('what came since', () => {
  test.each([
    ['nothing', [page('o', 'b', 'a')], page('o', 'b', 'a'), { count: 0, isMore: false }],
    ['some', [page('o', 'b'), page(null, 'a')], page('o', 'c', 'b', 'a'), { count: 1, isMore: false }],
    ['a whole page and more', [page('o', 'b', 'a')], page('x', 'd', 'c'), { count: 2, isMore: true }],
    ['the first ones', [page(null)], page(null, 'a'), { count: 1, isMore: false }],
  ])('is counted: %s', (_, pages, newest, expected) => expect(countNew(pages, newest)).toEqual(expected));

  test('is shown in words', () => {
    expect(newAlertsText({ count: 1, isMore: false })).toBe('1 new alert');
    expect(newAlertsText({ count: 3, isMore: false })).toBe('3 new alerts');
    expect(newAlertsText({ count: 50, isMore: true })).toBe('More than 50 new alerts');
  });
});
