import { Redis } from 'ioredis';
import pg from 'pg';
import { readHost } from './address.ts';
import type { ReservedEndpoint } from './reserved-endpoints.ts';

/**
 * Host and port that a setting such as `DATABASE_URL` leads to. Database URLs are parsed by the database's client:
 * `?host=`, `?port=`, `PGHOST` and `PGPORT` may change where they lead.
 *
 * @returns null for a text that leads to no host, as a path of a Unix socket does
 */
export function endpointOf(url: string): ReservedEndpoint | null {
  switch (URL.parse(url)?.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return postgresEndpoint(url);
    case 'redis:':
    case 'rediss:':
      return redisEndpoint(url);
    case 'http:':
    case 'https:':
      return httpEndpoint(new URL(url));
    default:
      return null;
  }
}

/** `TOCSIN_OWN_URLS` cannot be read. The message names every faulty entry and is meant for operators. */
class OwnUrlsError extends Error {
  override readonly name = 'OwnUrlsError';
  readonly code = 'invalid_own_urls';
}

/**
 * Reads a comma list of Tocsin's own services, as in `TOCSIN_OWN_URLS=http://router:8080, 10.0.0.7:8080`: URLs of which
 * host and port count, or these two alone. Spaces around entries and empty entries mean nothing.
 *
 * @throws {OwnUrlsError} naming every entry that is neither, so that all are mended at once
 */
export function parseOwnUrls(text: string): ReservedEndpoint[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const endpoints = entries.map(ownEndpoint);
  const faulty = entries.filter((_, n) => endpoints[n] === null);
  if (faulty.length > 0) {
    const names = faulty.map((entry) => `"${entry}"`).join(', ');
    throw new OwnUrlsError(
      `must be a comma list of http:// or https:// URLs or of host:port; ${names} is neither`,
    );
  }
  return endpoints.filter((endpoint) => endpoint !== null);
}

function ownEndpoint(entry: string): ReservedEndpoint | null {
  const isUrl = entry.includes('://');
  const url = URL.parse(isUrl ? entry : `http://${entry}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') return null;
  // The URL parser drops a default port, so the text is checked for one.
  if (!isUrl && !/^[^/?#]*:\d+$/.test(entry)) return null;
  const endpoint = httpEndpoint(url);
  return endpoint.port === 0 || readHost(url.hostname).kind === 'invalid' ? null : endpoint;
}

function httpEndpoint({ protocol, hostname, port }: URL): ReservedEndpoint & { host: string } {
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return { host: hostname, port: port === '' ? defaultPort : Number(port) };
}

/** pg's client opens nothing before `connect`. */
function postgresEndpoint(url: string): ReservedEndpoint | null {
  const { host, port } = new pg.Client({ connectionString: url });
  return host.startsWith('/') ? null : { host, port };
}

function redisEndpoint(url: string): ReservedEndpoint | null {
  const { host, port, path } = new Redis(url, { lazyConnect: true }).options;
  return path || !host ? null : { host, port: Number(port) };
}
