import { describe, expect, test } from '@jest/globals';
import { canResend, nextStepLabel, resendLabel, resendNotice, resendObstacle } from './next-step.ts';

type Delivery = Parameters<typeof nextStepLabel>[0];

const now = Date.parse('2026-07-01T08:00:00Z');
const words = (changes: Partial<Delivery>) =>
  nextStepLabel(
    { status: 'retrying', waitingFor: null, nextAttemptAt: null, failureCode: null, ...changes },
    now,
  );

describe('an open delivery', () => {
  test('counts down to its next attempt', () => {
    const retry = { waitingFor: 'retry', nextAttemptAt: '2026-07-01T08:00:45Z' } as const;
    expect(words(retry)).toBe('Next attempt in 45 s.');
    expect(words({ ...retry, nextAttemptAt: '2026-07-01T11:00:00Z' })).toBe('Next attempt in 3 h.');
    expect(words({ ...retry, nextAttemptAt: '2026-07-01T08:00:00.400Z' })).toBe(
      'The next attempt is due now.',
    );
    expect(words({ ...retry, nextAttemptAt: '2026-07-01T07:00:00Z' })).toBe('The next attempt is due now.');
  });

  test('says that its destination is disabled, however soon its retry is due', () => {
    expect(words({ waitingFor: 'destination_disabled', nextAttemptAt: '2026-07-01T08:00:45Z' })).toBe(
      'Waiting until the destination is enabled again.',
    );
  });

  test('says that its destination is paused', () => {
    expect(words({ waitingFor: 'destination_paused' })).toBe('Waiting until the destination is resumed.');
  });

  test('says that the queues take nothing', () => {
    expect(words({ waitingFor: 'queues' })).toBe('Waiting for the queues: they are full or unavailable.');
  });

  test('says that its destination fails, or has a rate limit', () => {
    expect(words({ waitingFor: 'destination_circuit' })).toBe(
      'Waiting until the destination succeeds again: it fails, and gets one attempt at a time.',
    );
    expect(words({ waitingFor: 'destination_rate_limit' })).toBe(
      'Waiting for its turn within the destination’s rate limit.',
    );
  });

  test('says that its destination has enough to do', () => {
    expect(words({ waitingFor: 'destination_limit' })).toBe(
      'Waiting for room within the destination’s limit.',
    );
    expect(words({ waitingFor: 'destination_limit', nextAttemptAt: '2026-07-01T08:02:00Z' })).toBe(
      'Next attempt in 2 min at the earliest, as soon as there is room within the destination’s limit.',
    );
  });

  test('is with a worker', () => {
    expect(words({ status: 'pending', waitingFor: 'worker', nextAttemptAt: '2026-07-01T08:00:00Z' })).toBe(
      'A worker is sending it now, or will send it in a moment.',
    );
  });
});

test.each([
  [{ status: 'succeeded' }, 'Succeeded.'],
  [{ status: 'failed', failureCode: 'timeout' }, 'Failed: the destination did not answer in time.'],
  [{ status: 'failed', failureCode: 'blocked_address' }, 'Failed: Tocsin may not send to this address.'],
  [{ status: 'failed', failureCode: 'new_code' }, 'Failed: new_code.'],
  [{ status: 'failed' }, 'Failed.'],
  [{ status: 'cancelled' }, 'Cancelled: the destination was deleted.'],
] as const)('a delivery that has ended says how (%#)', (changes, expected) =>
  expect(words(changes)).toBe(expected),
);

describe('a resend', () => {
  test.each([
    ['failed', null, 'Resend'],
    ['succeeded', null, 'Resend'],
    ['retrying', 'retry', 'Retry now'],
  ] as const)('of what is %s and waits for %s is offered as “%s”', (status, waitingFor, label) => {
    expect(canResend({ status, waitingFor })).toBe(true);
    expect(resendLabel({ status })).toBe(label);
  });

  test.each([
    ['retrying', 'worker'],
    ['retrying', 'destination_disabled'],
    ['pending', 'destination_limit'],
  ] as const)('of what is %s and waits for %s is not', (status, waitingFor) => {
    expect(canResend({ status, waitingFor })).toBe(false);
  });

  const to = (destinationName: string, waitingFor: 'worker' | 'destination_paused') => ({
    destinationName,
    waitingFor,
  });

  test.each([
    [[to('A', 'worker')], 'Resend requested: the delivery to A is due now.'],
    [
      [to('A', 'destination_paused')],
      'Resend requested: the delivery to A waits until the destination is resumed.',
    ],
    [[to('A', 'worker'), to('B', 'worker')], 'Resend requested for 2 deliveries.'],
    [
      [to('A', 'worker'), to('B', 'destination_paused')],
      'Resend requested for 2 deliveries. What goes to a paused destination waits until it is resumed.',
    ],
  ])('says what follows, and not that anything was sent (%#)', (deliveries, text) => {
    expect(resendNotice(deliveries)).toBe(text);
  });
});

test.each([
  ['enabled', null],
  ['disabled', 'Its destination is disabled: enable it to resend.'],
  ['deleted', 'Its destination was deleted, so it cannot be resent.'],
] as const)(
  'to a destination that is %s, what stands in the way of a resend is: %s',
  (destinationState, words) => {
    expect(resendObstacle({ destinationState })).toBe(words);
  },
);
