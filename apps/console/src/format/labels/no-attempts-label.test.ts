import { expect, test } from '@jest/globals';
import { noAttemptsLabel } from './no-attempts-label.ts';

const AT = '2026-07-01T08:00:00.000Z';

test.each([
  [null, null, 'no attempt yet'],
  [AT, null, 'no attempts of late'],
  [null, AT, 'no attempts of late'],
])('with a last success at %s and a last failure at %s it says: %s', (lastSuccessAt, lastFailureAt, label) =>
  expect(noAttemptsLabel({ lastSuccessAt, lastFailureAt })).toBe(label),
);
