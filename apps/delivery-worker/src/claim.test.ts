import { expect, test } from '@jest/globals';
import { claim } from './claim.ts';
import type { DeliveryState } from './read-deliveries.ts';

const job = { round: 1, dispatchNumber: 2 };
const row = (state: Partial<DeliveryState> = {}): DeliveryState => ({
  round: 1,
  dispatchNumber: 2,
  attempts: 0,
  queueState: 'queued',
  dueInMs: -5,
  available: true,
  destinationsVersion: 7,
  ...state,
});

test('a due delivery gets its next attempt', () => {
  expect(claim(job, row())).toEqual({ kind: 'attempt', number: 1, destinationsVersion: 7 });
  expect(claim(job, row({ attempts: 3, queueState: 'delayed' }))).toMatchObject({
    kind: 'attempt',
    number: 4,
  });
});

test.each([
  ['is gone', null],
  ['is in another round', row({ round: 2 })],
  ['was dispatched again', row({ dispatchNumber: 3 })],
  ['has ended', row({ queueState: 'idle' })],
  ['went back to waiting', row({ queueState: 'waiting' })],
])('a job whose delivery %s makes no attempt', (_, state) => {
  expect(claim(job, state)).toEqual({ kind: 'superseded' });
});

test('a job that comes before its time waits for it', () => {
  expect(claim(job, row({ queueState: 'delayed', dueInMs: 1_500.2 }))).toEqual({
    kind: 'early',
    afterMs: 1_501,
  });
});

test('a disabled or deleted destination gets nothing', () => {
  expect(claim(job, row({ available: false, dueInMs: 9_000 }))).toEqual({ kind: 'unavailable' });
});
