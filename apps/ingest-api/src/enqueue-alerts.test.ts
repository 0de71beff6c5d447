import { expect, test } from '@jest/globals';
import { groupIntoJobs } from './enqueue-alerts.ts';

test('alerts become a few jobs of one day and one severity each, none lost', () => {
  const alerts = Array.from({ length: 1_000 }, (_, n) => ({
    alertId: `a${n}`,
    day: n < 990 ? '2026-07-01' : '2026-07-02',
    severity: n % 2 === 0 ? ('CRITICAL' as const) : ('INFO' as const),
    facts: `{"n":${n}}`,
  }));
  const jobs = groupIntoJobs(alerts);
  expect(jobs.flatMap((job) => job.alerts.map(({ id }) => id)).sort()).toEqual(
    alerts.map((a) => a.alertId).sort(),
  );
  expect(jobs.length).toBeLessThanOrEqual(8);
  for (const job of jobs) {
    const members = job.alerts.map(({ id }) => alerts[Number(id.slice(1))]);
    expect(new Set(members.map((member) => `${member?.day} ${member?.severity}`)).size).toBe(1);
    expect(job.alerts.length).toBeLessThanOrEqual(200);
  }
});
