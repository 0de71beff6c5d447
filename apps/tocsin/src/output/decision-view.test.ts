import { describe, expect, test } from '@jest/globals';
import type { SkipReason } from '@tocsin/contract';
import { decisionLines } from './decision-view.ts';

const names = new Map([
  ['id-1', 'On-call'],
  ['id-2', 'Arch\u001bive'],
]);

describe('a decision in words', () => {
  test('names the rule, where it goes, what is left out and why', () => {
    const decision = {
      rule: 'filters' as const,
      destinationIds: ['id-1', 'id-3'],
      skipped: [{ destinationId: 'id-2', reason: 'disabled' as const }],
      notes: ['one name is unknown'],
    };
    expect(decisionLines(decision, names, 'would go')).toEqual([
      "It would go to 2 destinations, by each destination's filters:",
      '  On-call (id-1)',
      '  id-3',
      'Left out:',
      '  Arch\\u001bive (id-2): disabled',
      'Note: one name is unknown',
    ]);
  });

  test.each<[string, string]>([
    ['requireLogType', 'it requires a log type, and the alert has none'],
    ['failing', 'its deliveries fail, so it gets no failure notices'],
    ['toString', 'toString'],
  ])('says why a destination is left out: %s', (reason, expected) => {
    const skipped = [{ destinationId: 'id-1', reason: reason as SkipReason }];
    const decision = { rule: 'filters' as const, destinationIds: [], skipped, notes: [] };
    expect(decisionLines(decision, names, 'went').at(-1)).toBe(`  On-call (id-1): ${expected}`);
  });

  test.each([
    ['filters', 'no enabled destination'],
    ['destinations', "the alert's own list"],
    ['outputIds', 'the outputIds'],
  ] as const)('says why it goes nowhere by %s', (rule, why) => {
    const decision = { rule, destinationIds: [], skipped: [], notes: [] };
    expect(decisionLines(decision, names, 'went')[0]).toContain(`It went nowhere: ${why}`);
  });
});
