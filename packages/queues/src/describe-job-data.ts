import { decodeAlerts, decodeDeliveryData } from './job-codec.ts';

/**
 * What a job holds, in words: jobs are stored in few bytes (`job-codec.ts`). What cannot be read is shown as it is.
 *
 * @param data as BullMQ has it
 */
export function describeJobData(data: unknown): unknown {
  try {
    return Array.isArray(data) ? decodeDeliveryData(data) : describeAlerts(data);
  } catch {
    return data;
  }
}

function describeAlerts(data: unknown) {
  const { day, severityRank, alerts } = decodeAlerts('', data);
  return {
    day,
    severityRank,
    alerts: alerts.map(({ id, facts }) => ({ id, facts: JSON.parse(facts) as unknown })),
  };
}
