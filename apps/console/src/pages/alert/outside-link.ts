/**
 * The alert's page at its producer, where it has one that may be linked to.
 *
 * @param link what the producer sent: any text at all
 * @param alertId for the alert's own page here, which is no news on that page
 * @param origin of the page that it is shown on
 * @returns an `http` or `https` URL; null for anything else, such as `javascript:`, and for the alert's page here
 */
export function outsideLink(link: string, alertId: string, origin: string): string | null {
  const url = URL.parse(link);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  const isHere = sameServer(url, new URL(origin)) && url.pathname === `/alerts/${alertId}`;
  return isHere ? null : url.href;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** On one's own machine, the page may be open under another name than the one in its links. */
function sameServer(left: URL, right: URL): boolean {
  if (left.origin === right.origin) return true;
  return LOOPBACK.has(left.hostname) && LOOPBACK.has(right.hostname) && left.port === right.port;
}
