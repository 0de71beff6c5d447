import type { InternalClient } from '@tocsin/status-gateway';
import type { SendSystemAlert } from './failure-notices.ts';

/** Sends alerts in through an ingest service in another process; throws where that fails, and is called again. */
export function createSystemAlertSender(ingest: Pick<InternalClient, 'post'>): SendSystemAlert {
  return async (alert) => {
    const { status, isOk } = await ingest.post('/internal/alerts', alert);
    if (!isOk) throw new Error(`ingest answered ${status} to an alert of Tocsin's own`);
  };
}
