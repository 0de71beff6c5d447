import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

const UTF_8 = new TextDecoder();

/** What a coded body becomes, cut off where it would be longer than is kept. */
export interface DecodedBody {
  readonly bytes: Buffer;
  readonly isCut: boolean;
}

/**
 * Undoes `gzip` and `deflate` (in both of its forms), which no answer should have, being asked for as `identity`. Never
 * fails: of a body that is damaged or cut, what can be decoded is; one of which nothing can, or whose coding is another
 * or several, comes back as it is. Stops at `bytesMax`, however large a few bytes would become (97 KB became 100 MB).
 *
 * @param contentEncoding the `content-encoding` header, or null
 */
export async function decodeContent(
  body: DecodedBody,
  contentEncoding: string | null,
  bytesMax: number,
): Promise<DecodedBody> {
  const decoder = createContentDecoder(contentEncoding, body.bytes);
  if (decoder === null || body.bytes.length === 0) return body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    pipeline(Readable.from([body.bytes]), decoder, () => {});
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > bytesMax) break;
    }
  } catch {
    if (bytes === 0) return body;
  }
  const isCut = body.isCut || bytes > bytesMax;
  return { bytes: Buffer.concat(chunks).subarray(0, bytesMax), isCut };
}

function createContentDecoder(contentEncoding: string | null, bytes: Buffer) {
  // What was cut off lacks its end and checksum, and decodes up to there.
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (contentEncoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(options);
    case 'deflate':
      return hasZlibHeader(bytes) ? createInflate(options) : createInflateRaw(options);
    default:
      return null;
  }
}

/** RFC 1950, 2.2. RFC 9110 asks for this header; some servers send RFC 1951 alone. */
function hasZlibHeader(bytes: Buffer): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

/**
 * Decodes a response body for display, by the charset its content type names, else as UTF-8. Never fails: what
 * cannot be decoded becomes U+FFFD. U+0000 and other control characters stay what they are.
 *
 * @param contentType the `content-type` header, or null
 * @param isCut whether the body was cut off here: then a character cut in half at its end is left out
 */
export function decodeForDisplay(bytes: Uint8Array, contentType: string | null, isCut: boolean): string {
  const label = charsetOf(contentType);
  if (label === null && !isCut) return UTF_8.decode(bytes);
  return createDecoder(label).decode(bytes, { stream: isCut });
}

function charsetOf(contentType: string | null): string | null {
  if (contentType === null) return null;
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? null;
}

function createDecoder(label: string | null) {
  try {
    return new TextDecoder(label ?? undefined);
  } catch {
    return new TextDecoder();
  }
}
