/**
 * The alert's page at its producer, where it has one that may be linked to.
 *
 * @param link what the producer sent: may be any text
 * @param alertId to recognise a link to this same page, which is left out
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

/** On the local machine, the page's host name may differ from the one in links. */
function sameServer(left: URL, right: URL): boolean {
  if (left.origin === right.origin) return true;
  return LOOPBACK.has(left.hostname) && LOOPBACK.has(right.hostname) && left.port === right.port;
}
