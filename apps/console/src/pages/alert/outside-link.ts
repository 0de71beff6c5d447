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
  const isHere = url.origin === origin && url.pathname === `/alerts/${alertId}`;
  return isHere ? null : url.href;
}
