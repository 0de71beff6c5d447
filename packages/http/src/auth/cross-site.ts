import type { IncomingHttpHeaders } from 'node:http';
import { CSRF_HEADER, ProblemError } from '@tocsin/contract';
import { matchesCsrfToken } from '@tocsin/secrets';

/**
 * How a request that came with a cookie shows that this origin's own page made it: by the CSRF token, which only that
 * page can read; or, for pages that are not ours to change, by the browser's own headers about its origin.
 */
export type CrossSiteProof = 'token' | 'same-origin';

/** The checked parts of a request. */
export interface CookieRequest {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Refuses a request by cookie that would change something and may have been made by another site's page. The cookie's
 * SameSite=Strict is the first defence, but takes other ports of a host, for example, for the same site.
 *
 * @param token the session's token
 * @throws ProblemError `csrf_token_required`
 */
export function refuseCrossSite(request: CookieRequest, token: string, proof: CrossSiteProof): void {
  if (SAFE_METHODS.has(request.method ?? '')) return;
  const { headers } = request;
  // Fetch Metadata, set by browsers alone; they leave it out over plain HTTP, but for the loopback.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new ProblemError('csrf_token_required', {
      detail: 'The browser says that another site’s page made this request.',
    });
  }
  if (proof === 'token') {
    const given = headers[CSRF_HEADER];
    if (typeof given === 'string' && matchesCsrfToken(given, token)) return;
    throw new ProblemError('csrf_token_required');
  }
  if (site === 'same-origin' || (site === undefined && comesFromOwnOrigin(headers))) return;
  throw new ProblemError('csrf_token_required', {
    detail: 'Nothing shows that a page of this origin made this request.',
  });
}

/**
 * Whether the `Origin` names the host that was asked. The schemes are not compared: TLS may end at a proxy, and a
 * cookie of one scheme belongs to the same host.
 */
function comesFromOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const own = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(own) && new URL(origin).host === new URL(own).host;
}
