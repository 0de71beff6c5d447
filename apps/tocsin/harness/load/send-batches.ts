import type { Installation } from '../system/installation.ts';
import type { AlertToSend } from './alert-mix.ts';

const BATCH = 500;

/** Sends so many alerts in batches. @throws Error where one is not accepted */
export async function sendBatches(
  installation: Installation,
  next: () => AlertToSend,
  count: number,
): Promise<AlertToSend[]> {
  const alerts = Array.from({ length: count }, next);
  for (let from = 0; from < count; from += BATCH) {
    const batch = alerts.slice(from, from + BATCH);
    const answer = await installation.api<{ accepted: number }>('ingest', 'POST', '/v1/alerts', batch);
    if (answer.accepted !== batch.length)
      throw new Error(`${answer.accepted} of ${batch.length} alerts were accepted`);
  }
  return alerts;
}
