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
});
