import { describe, expect, test } from '@jest/globals';
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
      skipped: [{ destinationId: 'id-2', reason: 'disabled' }],
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

  test.each([
    ['filters', 'no enabled destination'],
    ['destinations', "the alert's own list"],
    ['outputIds', 'the outputIds'],
  ] as const)('says why it goes nowhere by %s', (rule, why) => {
    const decision = { rule, destinationIds: [], skipped: [], notes: [] };
    expect(decisionLines(decision, names, 'went')[0]).toContain(`It went nowhere: ${why}`);
  });
});
