import { expect, test } from '@jest/globals';
import { healthView } from '../../../test/sample-destination.ts';
import { healthState } from './health-state.ts';

test.each([
  [true, { consecutiveFailures: 0, lastSuccessAt: null }, 'idle'],
  [true, { consecutiveFailures: 0, lastSuccessAt: '2026-07-01T08:00:00Z' }, 'healthy'],
  [true, { consecutiveFailures: 1, lastSuccessAt: '2026-07-01T08:00:00Z' }, 'failing'],
  [false, { consecutiveFailures: 1, lastSuccessAt: null }, 'disabled'],
])('enabled %p with %j is %s', (enabled, health, state) => {
  expect(healthState({ enabled, health: healthView(health) })).toBe(state);
});
