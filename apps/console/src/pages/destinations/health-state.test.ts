import { expect, test } from '@jest/globals';
import { healthView } from '../../../test/sample-destination.ts';
import { healthState } from './health-state.ts';

test.each([
  [{}, { consecutiveFailures: 0, lastSuccessAt: null }, 'idle'],
  [{}, { consecutiveFailures: 0, lastSuccessAt: '2026-07-01T08:00:00Z' }, 'healthy'],
  [{}, { consecutiveFailures: 1, lastSuccessAt: '2026-07-01T08:00:00Z' }, 'failing'],
  [{ paused: true }, { consecutiveFailures: 1, lastSuccessAt: null }, 'paused'],
  [{ enabled: false, paused: true }, { consecutiveFailures: 1, lastSuccessAt: null }, 'disabled'],
])('a destination with %j and %j is %s', (settings, health, state) => {
  const facts = { enabled: true, paused: false, ...settings, health: healthView(health) };
  expect(healthState(facts)).toBe(state);
});
