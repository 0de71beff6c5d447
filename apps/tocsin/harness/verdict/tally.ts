import type { SentAlert } from '../load/alert-stream.ts';
import type { Arrival } from '../receivers/arrival.ts';

const isGood = ({ status }: Arrival) => status !== null && status >= 200 && status < 300;

export interface Delay {
  alertId: string;
  destination: string;
  sentAt: number;
  /** From the 202, or from when it was sent, to the first POST; infinite where none came. */
  acceptToDeliveryMs: number;
  sendToDeliveryMs: number;
}

/** How long each accepted alert took to each of these destinations. A POST that came before its 202 took no time. */
export function delaysOf(
  alerts: readonly SentAlert[],
  destinations: readonly string[],
  arrivals: readonly Arrival[],
): Delay[] {
  const first = new Map<string, number>();
  for (const { alertId, destination, at } of arrivals) {
    const key = `${destination}\n${alertId}`;
    if (!first.has(key)) first.set(key, at);
  }
  return alerts.flatMap(({ alertId, acceptedAt, sentAt }) => {
    if (acceptedAt === null) return [];
    return destinations.map((destination) => {
      const at = first.get(`${destination}\n${alertId}`) ?? Number.POSITIVE_INFINITY;
      const acceptToDeliveryMs = Math.max(0, at - acceptedAt);
      return { alertId, destination, sentAt, acceptToDeliveryMs, sendToDeliveryMs: at - sentAt };
    });
  });
}

export interface Tally {
  accepted: number;
  /** Deliveries of accepted alerts that no receiver has answered with 2xx. */
  undelivered: number;
  /** POSTs after the first of a delivery, by its `webhook-id`. */
  second: readonly Arrival[];
  /** Deliveries whose POSTs had different ids. */
  strayIds: number;
}

/**
 * Counts at the receivers. `second` is of use where receivers answer well, so that nothing calls for a retry.
 *
 * @param destinations - where every alert has to go
 */
export function tally(
  alerts: readonly SentAlert[],
  destinations: readonly string[],
  arrivals: readonly Arrival[],
): Tally {
  const good = new Set<string>();
  const ids = new Map<string, Set<string>>();
  const second: Arrival[] = [];
  for (const arrival of arrivals) {
    const key = `${arrival.destination}\n${arrival.alertId}`;
    if (isGood(arrival)) good.add(key);
    if (arrival.attempt > 1) second.push(arrival);
    const those = ids.get(key) ?? new Set();
    ids.set(key, those.add(arrival.webhookId));
  }
  const accepted = alerts.filter(({ acceptedAt }) => acceptedAt !== null);
  const missing = accepted.flatMap(({ alertId }) =>
    destinations.filter((destination) => !good.has(`${destination}\n${alertId}`)),
  );
  const strayIds = [...ids.values()].filter(({ size }) => size > 1).length;
  return { accepted: accepted.length, undelivered: missing.length, second, strayIds };
}

/** @returns what a tally says against "all is delivered", in words, or an empty list */
export function notDelivered({ undelivered }: Pick<Tally, 'undelivered'>): string[] {
  return undelivered > 0 ? [`${undelivered} deliveries were not made`] : [];
}
