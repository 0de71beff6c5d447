import { decodeAlerts, decodeDeliveryData } from './job-codec.ts';

/**
 * What a job holds, in words: jobs are stored in few bytes (`job-codec.ts`). No more than the API shows to those who may
 * see the board: of alerts their ids, and nothing of what cannot be read.
 *
 * @param data as BullMQ has it
 */
export function describeJobData(data: unknown): unknown {
  try {
    return Array.isArray(data) ? describeDelivery(data) : describeAlerts(data);
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE = { unreadable: 'This job was not written by this version of Tocsin.' };

function describeDelivery(data: unknown) {
  const { note, ...facts } = decodeDeliveryData(data);
  return note === undefined ? facts : { ...facts, hasNote: true };
}

function describeAlerts(data: unknown) {
  const { day, severityRank, alerts } = decodeAlerts('', data);
  return { day, severityRank, alertIds: alerts.map(({ id }) => id) };
}
