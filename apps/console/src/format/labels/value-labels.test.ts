import { expect, test } from '@jest/globals';
import { ALERT_TYPES as CONTRACT_ALERT_TYPES, SEVERITIES as CONTRACT_SEVERITIES } from '@tocsin/contract';
import { ALERT_TYPES, inOrder, SEVERITIES } from './value-labels.ts';

test('severities and alert types are the contract’s, in its order', () => {
  expect(SEVERITIES).toEqual(CONTRACT_SEVERITIES);
  expect(ALERT_TYPES).toEqual(CONTRACT_ALERT_TYPES);
});

test('chosen values stand in the order of all, however they were chosen', () => {
  expect(inOrder(SEVERITIES, ['INFO', 'CRITICAL', 'LOUD'])).toEqual(['CRITICAL', 'INFO']);
});
