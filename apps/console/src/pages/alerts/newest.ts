import type { Schemas } from '../../api/client.ts';

/** A page of the list, newest receipt first. */
export interface AlertPage {
  items: Schemas['Alert'][];
  nextCursor: string | null;
}

/**
 * The pages to show after the first page was read again.
 *
 * While somebody reads further down or on further pages, every row keeps its place and is updated; `countNew` counts
 * new alerts. Otherwise the list is just the newest page, so that an unattended list does not grow.
 *
 * @param pages what is shown now
 */
export function withNewest(pages: readonly AlertPage[], newest: AlertPage, isReading: boolean): AlertPage[] {
  if (!isReading && pages.length <= 1) return [newest];
  const fresh = new Map(newest.items.map((alert) => [alert.alertId, alert]));
  return pages.map((page) => ({
    ...page,
    items: page.items.map((alert) => fresh.get(alert.alertId) ?? alert),
  }));
}

export interface NewAlerts {
  count: number;
  /** There are more than the newest page holds. */
  isMore: boolean;
}

/** How many alerts of the newest page are not shown yet. */
export function countNew(pages: readonly AlertPage[], newest: AlertPage): NewAlerts {
  const shown = new Set(pages.flatMap((page) => page.items.map((alert) => alert.alertId)));
  const count = newest.items.filter((alert) => !shown.has(alert.alertId)).length;
  return { count, isMore: count === newest.items.length && newest.nextCursor !== null };
}

/** `3 new alerts` */
export function newAlertsText({ count, isMore }: NewAlerts): string {
  if (isMore) return `More than ${count} new alerts`;
  return count === 1 ? '1 new alert' : `${count} new alerts`;
}
