import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_KEY } from '../../harness/service-settings.ts';
import { monotonicMs } from '../monotonic-time.ts';
import type { AlertToSend } from './alert-mix.ts';

/** One alert, and what ingest said; times are monotonic milliseconds. */
export interface SentAlert {
  alertId: string;
  severity: string;
  /** When it was first sent, as the load wanted it: a late start of the sender counts. */
  sentAt: number;
  /** Of its first 202; null as long as there is none. */
  acceptedAt: number | null;
  /** Of each request, in turn; 0 where the connection failed or nothing was answered in time. */
  statuses: number[];
  /** How long its requests took. */
  ingestMs: number[];
}

export interface AlertStream {
  sent: readonly SentAlert[];
  /** Ends sending, and waits for what is under way. */
  stop(): Promise<void>;
  /** Ends at once. */
  abandon(): void;
}

export interface AlertStreamOptions {
  url: string;
  perSecond: number;
  next: () => AlertToSend;
  /** Sends an alert again until it is answered 202, as a good producer does. */
  isPersistent?: boolean;
}

/** Before an alert is sent again; twice as long each time, so that what comes back is not met by a storm of its producers. */
const RESEND_PAUSE_MS = { first: 250, most: 4_000 };
const REQUEST_MS_MAX = 15_000;
const STOP_MS_MAX = 90_000;

/** Sends alerts at a given rate, each when its moment has come, however long the earlier ones take (an open loop). */
export function startAlertStream({
  url,
  perSecond,
  next,
  isPersistent = false,
}: AlertStreamOptions): AlertStream {
  const sent: SentAlert[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const open = new Set<Promise<void>>();
  const startedAt = monotonicMs();
  let isStopped = false;
  let giveUpAt = Number.POSITIVE_INFINITY;

  async function send(alert: AlertToSend, one: SentAlert): Promise<void> {
    const body = JSON.stringify(alert);
    for (let pauseMs = RESEND_PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, RESEND_PAUSE_MS.most)) {
      const from = monotonicMs();
      const status = await postAlert(url, agent, body);
      one.statuses.push(status);
      one.ingestMs.push(monotonicMs() - from);
      if (status === 202) one.acceptedAt = monotonicMs();
      if (status === 202 || !isPersistent || monotonicMs() > giveUpAt) return;
      await sleep(pauseMs);
    }
  }

  const timer = setInterval(() => {
    const due = Math.floor(((monotonicMs() - startedAt) / 1_000) * perSecond);
    while (sent.length < due && !isStopped) {
      const alert = next();
      const sentAt = startedAt + ((sent.length + 1) / perSecond) * 1_000;
      const one: SentAlert = {
        ...{ alertId: alert.alertId, severity: alert.severity, sentAt, acceptedAt: null },
        ...{ statuses: [], ingestMs: [] },
      };
      sent.push(one);
      const sending = send(alert, one).finally(() => open.delete(sending));
      open.add(sending);
    }
  }, 2);

  return {
    sent,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      giveUpAt = monotonicMs() + STOP_MS_MAX;
      await Promise.all(open);
      agent.destroy();
    },
    abandon() {
      isStopped = true;
      giveUpAt = 0;
      clearInterval(timer);
      agent.destroy();
    },
  };
}

/** @returns the status, or 0 where there was none */
function postAlert(url: string, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      ...{ authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      'content-length': Buffer.byteLength(body),
    };
    const post = request(new URL('/v1/alerts', url), { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () => resolve(response.statusCode ?? 0))
        .on('error', () => resolve(0));
    });
    post.on('error', () => resolve(0));
    post.setTimeout(REQUEST_MS_MAX, () => post.destroy());
    post.end(body);
  });
}
