import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { planFor } from '../test/sample.ts';
import { splitPlans } from './split-plans.ts';

describe('splitting plans into commits', () => {
  test('keeps few plans together', () => {
    const plans = [planFor('a', 2), planFor('b', 0)];
    expect(splitPlans(plans, { plansMax: 10, destinationsMax: 10 })).toEqual([plans]);
  });

  test('gives a plan beyond the limit a commit of its own', () => {
    const plans = [planFor('a', 1), planFor('b', 50), planFor('c', 1)];
    const sizes = splitPlans(plans, { plansMax: 10, destinationsMax: 10 }).map((commit) => commit.length);
    expect(sizes).toEqual([1, 1, 1]);
  });

  test('counts skipped destinations too', () => {
    const disabled = planFor('a', 6, { skipped: true });
    expect(splitPlans([disabled, planFor('b', 6)], { plansMax: 10, destinationsMax: 10 })).toHaveLength(2);
  });

  test('keeps the first of several plans for one alert', () => {
    const [first, second] = [planFor('a', 1), planFor('a', 2)];
    expect(splitPlans([first, second], { plansMax: 10, destinationsMax: 10 })).toEqual([[first]]);
  });

  test('every alert is in exactly one commit, in order, and no commit is beyond a limit it could keep', () => {
    const limits = { plansMax: 4, destinationsMax: 9 };
    fc.assert(
      fc.property(fc.array(fc.nat(14), { maxLength: 30 }), (fanOuts) => {
        const plans = fanOuts.map((fanOut, index) => planFor(`alert-${index}`, fanOut));
        const commits = splitPlans(plans, limits);
        expect(commits.flat()).toEqual(plans);
        for (const commit of commits) {
          const destinations = commit.reduce((sum, plan) => sum + plan.decision.destinationIds.length, 0);
          expect(commit.length).toBeGreaterThan(0);
          expect(commit.length).toBeLessThanOrEqual(limits.plansMax);
          if (commit.length > 1) expect(destinations).toBeLessThanOrEqual(limits.destinationsMax);
        }
      }),
    );
  });
});
