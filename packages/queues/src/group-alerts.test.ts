import { describe, expect, test } from '@jest/globals';
import { groupAlerts } from './group-alerts.ts';

describe('alerts become a few jobs', () => {
  test('of one day and one severity each, none lost', () => {
    const alerts = Array.from({ length: 1_000 }, (_, n) => ({
      alertId: `a${n}`,
      day: n < 990 ? '2026-07-01' : '2026-07-02',
      severityRank: n % 2 === 0 ? 0 : 4,
      facts: `{"n":${n}}`,
    }));
    const jobs = groupAlerts(alerts);
    expect(jobs.flatMap((job) => job.alerts.map(({ id }) => id)).sort()).toEqual(
      alerts.map((a) => a.alertId).sort(),
    );
    expect(jobs.length).toBeLessThanOrEqual(8);
    for (const job of jobs) {
      const members = job.alerts.map(({ id }) => alerts[Number(id.slice(1))]);
      expect(new Set(members.map((member) => `${member?.day} ${member?.severityRank}`)).size).toBe(1);
      expect(job.alerts.length).toBeLessThanOrEqual(200);
    }
  });

  test('of bounded size, a large alert in one of its own', () => {
    const facts = JSON.stringify({ destinations: ['x'.repeat(100_000)] });
    const alerts = Array.from({ length: 9 }, (_, n) => ({
      ...{ alertId: `a${n}`, day: '2026-07-01', severityRank: 1 },
      facts: n === 4 ? facts.repeat(3) : facts,
    }));
    expect(groupAlerts(alerts).map((job) => job.alerts.length)).toEqual([2, 2, 1, 2, 2]);
  });

  const many = (count: number, facts: string) =>
    Array.from({ length: count }, (_, n) => ({
      alertId: `a${n}`,
      day: '2026-07-01',
      severityRank: 1,
      facts,
    }));
  const sizes = (alerts: ReturnType<typeof many>) => groupAlerts(alerts).map((job) => job.alerts.length);

  test.each([
    [200, [200]],
    [201, [200, 1]],
    [0, []],
  ])('of which none has more than 200 (%i alerts)', (count, expected) => {
    expect(sizes(many(count, '{}'))).toEqual(expected);
  });

  test('of at most 256 Ki characters, counted anew for each', () => {
    expect(sizes(many(8, 'x'.repeat(64 * 1024)))).toEqual([4, 4]);
    expect(sizes(many(8, 'x'.repeat(64 * 1024 + 1)))).toEqual([3, 3, 2]);
  });

  test('with the day, the severity and the facts that were given', () => {
    expect(groupAlerts(many(1, '{"n":1}'))).toEqual([
      { day: '2026-07-01', severityRank: 1, alerts: [{ id: 'a0', facts: '{"n":1}' }] },
    ]);
  });
});
