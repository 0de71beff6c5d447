import { InvalidCallError } from './errors.ts';

/** A host with a port or path, as it is often given without its scheme. */
const HOST_ALONE = /^[\w.-]+(:\d+)?(\/[\w./-]*)?$/;
/** Where paths of Tocsin's own begin. */
const OWN_PATH = /\/(?:v1|docs|openapi\.json|healthz|readyz|metrics|queues)(?=\/|$).*/;

/**
 * Checks and normalises the address of a server: `http` or `https`, a path prefix allowed, no credentials, query or
 * fragment.
 *
 * @returns the address without a trailing slash
 * @throws InvalidCallError with a sentence for the user
 */
export function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidCallError(
      HOST_ALONE.test(text)
        ? `The server address must begin with http:// or https://: http://${text}`
        : 'The server address must be a URL such as http://127.0.0.1:8080.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidCallError('The server address must not hold a user name or password; use an API key.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new InvalidCallError('The server address must not have a query or fragment.');
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const own = OWN_PATH.exec(base);
  if (own !== null) {
    const before = base.slice(0, own.index);
    throw new InvalidCallError(`The server address ends before ${own[0]}, which is added to it: ${before}`);
  }
  return base;
}

/** Dot segments, also percent-encoded ones, would be resolved away by any URL parser; an empty one names the list. */
function encodeSegment(name: string, value: unknown): string {
  const text = String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new InvalidCallError(`"${text}" cannot be the ${name} in a path.`);
  }
  return encodeURIComponent(text);
}

/**
 * Fills an endpoint's path template and query.
 *
 * @param baseUrl what `parseBaseUrl` returned
 * @param params values of the template's `{name}` parts
 * @param query lists become repeated parameters; `undefined` and `null` are left out
 * @throws InvalidCallError where a parameter is missing, empty or a dot segment
 */
export function requestUrl(
  baseUrl: string,
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeSegment(name, params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(name, String(item));
    }
  }
  const suffix = search.size === 0 ? '' : `?${search}`;
  return `${baseUrl}${filled}${suffix}`;
}
