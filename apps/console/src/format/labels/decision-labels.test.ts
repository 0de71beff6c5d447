import { describe, expect, test } from '@jest/globals';
import { SKIP_REASONS } from '@tocsin/contract';
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
      'The filters of each destination were compared with the severity HIGH, the type RULE and the log type AWS.CloudTrail.',
    ],
    [
      'filters',
      { logTypes: [] },
      'The filters of each destination were compared with the severity HIGH, the type RULE and no log type.',
    ],
    [
      'filters',
      { type: 'SYSTEM_ERROR', logTypes: ['A', 'B'] },
      'The filters of each destination were compared with the type SYSTEM_ERROR (its severity counts only where a destination has no severities) and the log types A, B.',
    ],
    ['destinations', {}, 'The alert itself lists its destinations (destinations); filters are not used.'],
    ['outputIds', {}, 'The alert lists its destinations by their ids (outputIds); filters are not used.'],
  ])('is shown in words: %s %p', (rule, changes, expected) =>
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
    ['disabled', 'Disabled; otherwise the alert would go there'],
    ['notListed', 'The alert does not name them'],
    ['type', 'The alert types do not include RULE'],
    ['severity', 'The severities do not include HIGH'],
    ['logType', 'The log types include none of the alert’s log types'],
    ['ownFailures', 'The notice is about deliveries that failed at this destination'],
    ['failing', 'It fails now: its last three attempts failed, so it gets no failure notice'],
    ['requireLogType', 'A log type is required, and the alert has none'],
    ['novel', 'novel'],
  ])('say why: %s', (reason, expected) => expect(reasonLabel(reason, facts)).toBe(expected));

  test.each(SKIP_REASONS)('have words for %s', (reason) =>
    expect(reasonLabel(reason, facts)).not.toBe(reason),
  );

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
