import { expect, test } from '@jest/globals';
import { type WaitingFacts, waitingFor } from './waiting-for.ts';

const due: WaitingFacts = {
  status: 'pending',
  queueState: 'queued',
  notDueYet: false,
  destinationEnabled: true,
  destinationPaused: false,
  queuesLackRoom: false,
  isCircuitOpen: false,
  isRateBound: false,
};

test.each(['succeeded', 'failed', 'cancelled'] as const)(
  'a delivery that is %s waits for nothing',
  (status) => {
    expect(waitingFor({ ...due, status, queueState: 'idle' })).toBeNull();
    expect(waitingFor({ ...due, status, queueState: 'idle', destinationEnabled: false })).toBeNull();
  },
);

test('a retry that lies ahead is waited for, wherever it waits', () => {
  for (const queueState of ['waiting', 'delayed'] as const) {
    const retry = { ...due, status: 'retrying', queueState, notDueYet: true } as const;
    expect(waitingFor(retry)).toBe('retry');
    expect(waitingFor({ ...retry, isCircuitOpen: true, isRateBound: true })).toBe('retry');
  }
});

test('of a destination that is disabled or paused, its time makes no difference', () => {
  const retry = { ...due, status: 'retrying', queueState: 'delayed', notDueYet: true } as const;
  expect(waitingFor({ ...retry, destinationPaused: true })).toBe('destination_paused');
  expect(waitingFor({ ...retry, destinationPaused: true, destinationEnabled: false })).toBe(
    'destination_disabled',
  );
});

test('what is due waits for its disabled destination, in Postgres or in a queue', () => {
  for (const queueState of ['waiting', 'queued', 'delayed'] as const) {
    expect(waitingFor({ ...due, queueState, destinationEnabled: false })).toBe('destination_disabled');
  }
});

test('what is due waits for its paused destination, but first for it to be enabled', () => {
  for (const queueState of ['waiting', 'queued', 'delayed'] as const) {
    const paused = { ...due, queueState, destinationPaused: true };
    expect(waitingFor(paused)).toBe('destination_paused');
    expect(waitingFor({ ...paused, destinationEnabled: false })).toBe('destination_disabled');
  }
});

test('what is due and kept in Postgres waits for its destination’s limit', () => {
  expect(waitingFor({ ...due, queueState: 'waiting' })).toBe('destination_limit');
  expect(waitingFor({ ...due, status: 'retrying', queueState: 'waiting' })).toBe('destination_limit');
});

test('what is due and kept in Postgres waits for its destination’s circuit, or its rate limit', () => {
  const waiting = { ...due, queueState: 'waiting', isRateBound: true } as const;
  expect(waitingFor(waiting)).toBe('destination_rate_limit');
  expect(waitingFor({ ...waiting, isCircuitOpen: true })).toBe('destination_circuit');
  expect(waitingFor({ ...waiting, isCircuitOpen: true, destinationPaused: true })).toBe('destination_paused');
  expect(waitingFor({ ...waiting, queueState: 'queued' })).toBe('destination_rate_limit');
  expect(waitingFor({ ...due, isCircuitOpen: true })).toBe('worker');
});

test('what is due and kept in Postgres waits for the queues before anything that they would bring', () => {
  const waiting = { ...due, queueState: 'waiting', queuesLackRoom: true } as const;
  expect(waitingFor({ ...waiting, isCircuitOpen: true, isRateBound: true })).toBe('queues');
  expect(waitingFor({ ...waiting, destinationPaused: true })).toBe('destination_paused');
  expect(waitingFor({ ...waiting, queueState: 'queued' })).toBe('worker');
  expect(waitingFor({ ...waiting, status: 'retrying', notDueYet: true })).toBe('retry');
});

test('what is due and has a job waits for a worker, or is being attempted', () => {
  expect(waitingFor(due)).toBe('worker');
  expect(waitingFor({ ...due, status: 'retrying', queueState: 'delayed' })).toBe('worker');
});
