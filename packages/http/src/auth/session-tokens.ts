import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from '@tocsin/contract';
import { isSessionToken } from '@tocsin/secrets';

/** Cookies of one name that are tried. */
const TOKENS_MAX = 10;

/**
 * What may be a session's token among a request's cookies, in the order in which they are to be tried. A host next to
 * ours, or another program on our host, may have set cookies of our name, which browsers send before ours.
 *
 * Over TLS only the cookie with the prefix `__Host-` counts, which nobody but this host can have set over TLS: so
 * nobody can sign a browser in under a session of his own.
 *
 * @param header the `Cookie` header
 * @param isTls whether the request came to us, or to a trusted proxy, over TLS
 */
export function sessionTokensOf(header: string, isTls: boolean): string[] {
  const tokens = new Map<string, Set<string>>([[SECURE_SESSION_COOKIE, new Set()]]);
  if (!isTls) tokens.set(SESSION_COOKIE, new Set());
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1).trim();
    if (equals > 0 && isSessionToken(value)) tokens.get(pair.slice(0, equals).trim())?.add(value);
  }
  return [...tokens.values()].flatMap((found) => [...found]).slice(0, TOKENS_MAX);
}
