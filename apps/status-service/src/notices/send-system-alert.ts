import type { SendSystemAlert } from './failure-notices.ts';

export interface SystemAlertSenderOptions {
  /** Where ingest is, without a trailing slash. */
  ingestUrl: string;
  serviceToken: string;
  timeoutMs?: number;
}

/** Sends alerts in through an ingest service in another process; throws where that fails, and is called again. */
export function createSystemAlertSender(options: SystemAlertSenderOptions): SendSystemAlert {
  const { ingestUrl, serviceToken, timeoutMs = 10_000 } = options;
  return async (alert) => {
    const response = await fetch(`${ingestUrl}/internal/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(alert),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`ingest answered ${response.status} to an alert of Tocsin's own`);
  };
}
