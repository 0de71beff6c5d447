import { beforeAll, describe, expect, test } from '@jest/globals';
import { percentile } from '@tocsin/testkit';
import { chosen, fixed } from './candidates.ts';
import { type Rule, simulate, type Tally, type World } from './simulate.ts';
import { breakingWorld, heavyWorld, mixedWorld } from './worlds.ts';

/* All in virtual time, and with numbers from a seed: the same each time. */

interface Compared {
  chosen: Map<string, Tally>;
  fixed: Map<string, Tally>;
}

const compare = (world: (seed: number) => World): Compared => ({
  chosen: simulate(world(1), chosen as Rule<unknown>),
  fixed: simulate(world(1), fixed(256) as Rule<unknown>),
});
const of = (tallies: Map<string, Tally>, kind: string): Tally => tallies.get(kind) as Tally;
const p99 = ({ latenciesMs }: Tally) => percentile(latenciesMs, 0.99);
const p50 = ({ latenciesMs }: Tally) => percentile(latenciesMs, 0.5);

describe('two thousand destinations, a fifth of them in trouble', () => {
  let mixed: Compared;
  beforeAll(() => {
    mixed = compare(mixedWorld);
  });

  test('the healthy ones notice little of it', () => {
    expect(of(mixed.chosen, 'healthy').succeeded / of(mixed.chosen, 'healthy').accepted).toBeGreaterThan(
      0.999,
    );
    expect(p50(of(mixed.chosen, 'healthy'))).toBeLessThan(20);
    expect(p99(of(mixed.chosen, 'healthy'))).toBeLessThan(600);
    // Without it, sockets that hang hold up everybody.
    expect(p99(of(mixed.fixed, 'healthy'))).toBeGreaterThan(10_000);
  });

  test('one that hangs uses up few attempts, and one that refuses one a second', () => {
    expect(of(mixed.chosen, 'hanging').failedAttempts).toBeLessThan(
      0.6 * of(mixed.fixed, 'hanging').failedAttempts,
    );
    expect(of(mixed.chosen, 'refusing').failedAttempts).toBeLessThan(1.05 * 100 * 60);
  });

  test('one that comes back is given what waited, which has used up no retries meanwhile', () => {
    const { accepted, succeeded, failedAttempts } = of(mixed.chosen, 'recovering');
    expect(succeeded / accepted).toBeGreaterThan(0.99);
    expect(failedAttempts).toBeLessThan(0.3 * of(mixed.fixed, 'recovering').failedAttempts);
  });

  test('one that takes a delivery a second gets one a second', () => {
    expect(of(mixed.chosen, 'throttled').succeeded).toBeGreaterThan(0.95 * 30 * 60);
    expect(of(mixed.chosen, 'throttled').failedAttempts).toBeLessThan(
      0.7 * of(mixed.fixed, 'throttled').failedAttempts,
    );
  });
});

describe('few destinations with more load than they take', () => {
  let heavy: Compared;
  beforeAll(() => {
    heavy = compare(heavyWorld);
  });

  test('a slow one is given as much at the same time as it may have', () => {
    expect(of(heavy.chosen, 'slow').succeeded).toBeGreaterThan(0.95 * of(heavy.fixed, 'slow').succeeded);
  });

  test('a busy one works at full speed, and its own queue stays short', () => {
    expect(of(heavy.chosen, 'busy').succeeded).toBeGreaterThan(0.98 * of(heavy.fixed, 'busy').succeeded);
    expect(of(heavy.chosen, 'busy').overshoot).toBeLessThan(0.6 * of(heavy.fixed, 'busy').overshoot);
  });

  test('a backlog of 20,000 goes out no slower than without a limit', () => {
    expect(of(heavy.chosen, 'backlog').succeeded).toBeGreaterThan(20_000);
    expect(p50(of(heavy.chosen, 'backlog'))).toBeLessThan(p50(of(heavy.fixed, 'backlog')));
  });

  test('one that answers 429 is asked for little more than it takes', () => {
    expect(of(heavy.chosen, 'throttled').succeeded).toBeGreaterThan(
      0.85 * of(heavy.fixed, 'throttled').succeeded,
    );
    expect(of(heavy.chosen, 'throttled').failedAttempts).toBeLessThan(
      0.1 * of(heavy.fixed, 'throttled').failedAttempts,
    );
  });
});

test('when two of five begin to hang, no healthy delivery takes a second', () => {
  const tallies = simulate(breakingWorld(1), chosen as Rule<unknown>);
  expect(percentile(of(tallies, 'healthy').latenciesMs, 1)).toBeLessThan(1_000);
  expect(of(tallies, 'healthy').succeeded / of(tallies, 'healthy').accepted).toBeGreaterThan(0.99);
});
