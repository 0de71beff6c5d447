import type { AlertJob } from './types.ts';

/** An alert to be routed. */
export interface AlertToRoute {
  alertId: string;
  day: string;
  severityRank: number;
  /** JSON text of the routing facts. */
  facts: string;
}

const ALERTS_PER_JOB = 200;
/**
 * The size of a job's routing facts; an alert's may name a thousand destinations, and a job is one text in the store
 * and in the router.
 */
const FACTS_CHARACTERS_PER_JOB = 256 * 1024;

/** A few jobs of bounded size, each of alerts of one day and severity, so that a job has one priority. */
export function groupAlerts(alerts: readonly AlertToRoute[]): AlertJob[] {
  const groups = Map.groupBy(alerts, (alert) => `${alert.day}/${alert.severityRank}`);
  return [...groups.values()].flatMap((group) => {
    const jobs: AlertJob[] = [];
    let characters = 0;
    for (const { alertId, day, severityRank, facts } of group) {
      characters += facts.length;
      let job = jobs.at(-1);
      if (job === undefined || job.alerts.length >= ALERTS_PER_JOB || characters > FACTS_CHARACTERS_PER_JOB) {
        job = { day, severityRank, alerts: [] };
        jobs.push(job);
        characters = facts.length;
      }
      job.alerts.push({ id: alertId, facts });
    }
    return jobs;
  });
}
