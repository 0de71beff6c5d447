import { describe, expect, test } from '@jest/globals';
import { byReason, reachLabel, reasonLabel, ruleLabel, sentByHand } from './decision-labels.ts';

type Decision = Parameters<typeof reachLabel>[0];
type Facts = Parameters<typeof ruleLabel>[1];

const facts: Facts = { severity: 'HIGH', type: 'RULE', logTypes: ['AWS.CloudTrail'] };
const decision = (changes: Partial<Decision>): Decision => ({
  rule: 'filters',
  destinationIds: ['a'],
  skipped: [],
  ...changes,
});

describe('the rule that applied', () => {
  test.each<[Decision['rule'], Partial<Facts>, string]>([
    [
      'filters',
      {},
      'The filters of each destination decided, by the severity HIGH, the type RULE and the log type AWS.CloudTrail.',
    ],
    [
      'filters',
      { logTypes: [] },
      'The filters of each destination decided, by the severity HIGH, the type RULE and no log type.',
    ],
    [
      'filters',
      { type: 'SYSTEM_ERROR', logTypes: ['A', 'B'] },
      'The filters of each destination decided, by the type SYSTEM_ERROR (which no choice of severities holds back, only an empty one) and the log types A, B.',
    ],
    ['destinations', {}, 'The alert itself says where it goes, before any filter is asked.'],
    [
      'outputIds',
      {},
      'The alert names its destinations by their ids (outputIds), before any filter is asked.',
    ],
  ])('is told in words: %s %p', (rule, changes, expected) =>
    expect(ruleLabel({ rule }, { ...facts, ...changes })).toBe(expected),
  );

  test.each<[Partial<Decision>, string | null]>([
    [{}, 'It goes to one destination:'],
    [{ destinationIds: ['a', 'b', 'c'] }, 'It goes to 3 destinations:'],
    [{ destinationIds: [] }, 'It goes to no destination.'],
    [{ rule: 'destinations', destinationIds: [] }, null],
    [
      { rule: 'destinations', destinationIds: [], skipped: [{ destinationId: 'a', reason: 'disabled' }] },
      'It goes to no destination.',
    ],
  ])('reaches so many destinations: %p', (changes, expected) =>
    expect(reachLabel(decision(changes))).toBe(expected),
  );
});

describe('destinations that were left out', () => {
  test.each([
    ['disabled', 'Disabled, or the alert would go there'],
    ['notListed', 'Not named by the alert'],
    ['type', 'Alert types leave out RULE'],
    ['severity', 'Severities leave out HIGH'],
    ['logType', 'Log types have none of the alert’s'],
    ['ownFailures', 'The notice is about deliveries that failed there'],
    ['failing', 'It fails, so that no failure notice goes there'],
    ['requireLogType', 'A log type is required, and the alert has none'],
    ['novel', 'novel'],
  ])('say why: %s', (reason, expected) => expect(reasonLabel(reason, facts)).toBe(expected));

  test('say of a system error what alone can hold it back', () => {
    expect(reasonLabel('severity', { ...facts, type: 'SYSTEM_ERROR' })).toContain('No severities');
  });

  test('stand together by reason', () => {
    expect(
      byReason([
        { destinationId: 'a', reason: 'type' },
        { destinationId: 'b', reason: 'severity' },
        { destinationId: 'c', reason: 'type' },
      ]),
    ).toEqual([
      ['type', ['a', 'c']],
      ['severity', ['b']],
    ]);
  });
});

test('a destination that the decision does not name was chosen by hand', () => {
  const deliveries = [{ destinationId: 'a' }, { destinationId: 'b' }] as Parameters<
    typeof sentByHand
  >[0]['deliveries'];
  const routing = { ...decision({}), decidedAt: '2026-07-01T08:00:00Z' };
  expect(sentByHand({ routing, deliveries })).toEqual(['b']);
  expect(sentByHand({ routing: null, deliveries })).toEqual([]);
});
