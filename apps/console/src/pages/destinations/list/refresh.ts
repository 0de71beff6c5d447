import { POLL_MS } from '../../../api/queries/polling.ts';

const FEW = 200;
const MANY = 1_000;

/** How long the list stays before it is read again, milliseconds: the more destinations, the longer. */
export function refreshMs(pages: readonly { items: readonly unknown[] }[]): number {
  const count = pages.reduce((total, { items }) => total + items.length, 0);
  if (count <= FEW) return POLL_MS.list;
  return count <= MANY ? POLL_MS.overview : POLL_MS.slow * 2;
}
