import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { HttpExchange } from '../body/request-body.ts';
import { serializeJson, setBodyHeaders } from './answer.ts';

const compress = promisify(gzip);

/** Smaller answers fit into one packet, compressed or not. */
const COMPRESSED_BYTES_MIN = 1024;

/** The fastest level: pages become little larger, and compressing delays all requests. */
const GZIP = { level: constants.Z_BEST_SPEED };

/**
 * Answers a GET with JSON: with its `ETag`, as 304 where the caller has it already (RFC 9110, 13.1.2), and compressed
 * where the caller takes gzip.
 *
 * What is read is compressed, though it may hold a secret and a stranger's words side by side: to guess one by the
 * answer's size (BREACH), an attacker has to make a signed-in browser ask again and again, which neither a bearer key
 * nor a `SameSite=Strict` cookie lets another site do, and no answer repeats what its request holds. Answers of
 * changes, which show new keys and signing secrets, never come here.
 *
 * @param ownEtag names the state that is shown, for `If-Match`, and not the bytes, which may show more (a destination's
 *   health beside its settings): so the answer is always given whole, and as it is. Without it the tag is a weak one, made
 *   of the bytes.
 */
export async function sendRead(
  { request, response }: HttpExchange,
  body: unknown,
  ownEtag?: string,
): Promise<void> {
  const bytes = serializeJson(body);
  const etag = ownEtag ?? `W/"${createHash('sha1').update(bytes).digest('base64url')}"`;
  setBodyHeaders(response, 'application/json');
  response.setHeader('etag', etag);
  response.appendHeader('vary', 'accept-encoding');
  if (ownEtag === undefined && namesTag(request.headers['if-none-match'], etag)) {
    response.removeHeader('content-type');
    response.statusCode = 304;
    response.end();
    return;
  }
  response.statusCode = 200;
  const isCompressed =
    ownEtag === undefined &&
    bytes.length >= COMPRESSED_BYTES_MIN &&
    acceptsGzip(request.headers['accept-encoding']);
  if (isCompressed) response.setHeader('content-encoding', 'gzip');
  finish(response, isCompressed ? await compress(bytes, GZIP) : bytes);
}

function finish(response: ServerResponse, bytes: Buffer): void {
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

/** Weakly compared, as for `If-None-Match`: whether a tag is weak makes no difference. */
function namesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return [...header.matchAll(/"[^"]*"/g)].some(([given]) => given === opaque);
}

/**
 * @param header `Accept-Encoding` (RFC 9110, 12.5.3): what it names with a quality of 0 is refused, `*` is all others
 */
export function acceptsGzip(header: string | undefined): boolean {
  const qualities = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const quality = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
      return [name, Number(quality)] as const;
    }),
  );
  const gzipQuality = qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? 0;
  return gzipQuality > 0 && gzipQuality >= (qualities.get('identity') ?? 0);
}
