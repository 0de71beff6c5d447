import { describe, expect, test } from '@jest/globals';
import { resendStep } from './resend-step.ts';

describe('a resend of a delivery', () => {
  test.each(['succeeded', 'failed', 'cancelled'] as const)('that %s begins another round', (status) => {
    expect(resendStep({ status, queueState: 'idle' }, null)).toBe('again');
  });

  test.each([
    ['in its queue’s delay', 'delayed', 60_000],
    ['in Postgres', 'waiting', 60_000],
    ['in Postgres, and is due, since it finds no free slot', 'waiting', -5_000],
    ['in Postgres, where no job can begin it meanwhile', 'waiting', 300],
  ] as const)('that waits for its retry %s is made due', (_, queueState, dueInMs) => {
    expect(resendStep({ status: 'retrying', queueState }, dueInMs)).toBe('hurry');
  });

  test('whose job is about to begin its retry is left to that job, lest there are two POSTs', () => {
    expect(resendStep({ status: 'retrying', queueState: 'delayed' }, 300)).toBe('leave');
    expect(resendStep({ status: 'retrying', queueState: 'delayed' }, 1_000)).toBe('leave');
    expect(resendStep({ status: 'retrying', queueState: 'delayed' }, 1_001)).toBe('hurry');
  });

  test.each([
    ['pending', 'queued', 0],
    ['pending', 'waiting', 0],
    ['retrying', 'queued', 0],
    ['retrying', 'queued', 60_000],
    ['retrying', 'delayed', 0],
    ['retrying', 'delayed', -100],
    ['retrying', 'delayed', null],
  ] as const)('that is %s and %s with %j ms to go is refused', (status, queueState, dueInMs) => {
    expect(resendStep({ status, queueState }, dueInMs)).toBe('in_progress');
  });
});
