import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createInflate, createInflateRaw, type ZlibOptions } from 'node:zlib';

const UTF_8 = new TextDecoder();

/** What a coded body becomes, cut off where it would be longer than is kept. */
export interface DecodedBody {
  readonly bytes: Buffer;
  readonly isCut: boolean;
}

/**
 * Undoes `gzip` and `deflate` (in both of its forms), although the request asked for `identity`. Never fails: a damaged
 * or cut body is decoded as far as possible; one that cannot be decoded at all, or has another coding or several, comes
 * back unchanged. Stops at `bytesMax`, since a small body can become huge (97 KB became 100 MB).
 *
 * @param contentEncoding the `content-encoding` header, or null
 */
export async function decodeContent(
  body: DecodedBody,
  contentEncoding: string | null,
  bytesMax: number,
): Promise<DecodedBody> {
  const coding = codingOf(contentEncoding, body.bytes);
  if (coding === null || body.bytes.length === 0) return body;
  const decoded =
    (await decodeBytes(body.bytes, coding, bytesMax)) ??
    (await decodeSoundPart(body.bytes, coding, bytesMax));
  if (decoded === null) return body;
  return { bytes: decoded.subarray(0, bytesMax), isCut: body.isCut || decoded.length > bytesMax };
}

/**
 * Decodes the longest beginning that has no fault. At a fault (a wrong checksum, bytes after the end) a decoder drops
 * its output for the whole chunk, which of a small answer is everything.
 *
 * @returns null where there is nothing in it, or where the coding has no header that tells it from plain text
 */
async function decodeSoundPart(bytes: Buffer, coding: Coding, bytesMax: number): Promise<Buffer | null> {
  if (!coding.hasHeader) return null;
  let decoded: Buffer | null = null;
  let soundBytes = 0;
  let faultyBytes = bytes.length;
  while (faultyBytes - soundBytes > 1) {
    const tried = (soundBytes + faultyBytes) >> 1;
    const sound = await decodeBytes(bytes.subarray(0, tried), coding, bytesMax);
    if (sound === null) faultyBytes = tried;
    else [decoded, soundBytes] = [sound, tried];
  }
  return decoded?.length ? decoded : null;
}

/** @returns what the bytes decode to, read until it is longer than `bytesMax`; null where they have a fault before that */
async function decodeBytes(bytes: Buffer, coding: Coding, bytesMax: number): Promise<Buffer | null> {
  // A cut body lacks its end and checksum, and decodes up to the cut.
  const decoder = coding.open({ finishFlush: constants.Z_SYNC_FLUSH });
  const chunks: Buffer[] = [];
  let decodedBytes = 0;
  try {
    pipeline(Readable.from([bytes]), decoder, () => {});
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      decodedBytes += chunk.length;
      if (decodedBytes > bytesMax) break;
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

interface Coding {
  readonly open: (options: ZlibOptions) => Transform;
  readonly hasHeader: boolean;
}

function codingOf(contentEncoding: string | null, bytes: Buffer): Coding | null {
  switch (contentEncoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return { open: createGunzip, hasHeader: true };
    case 'deflate':
      return hasZlibHeader(bytes)
        ? { open: createInflate, hasHeader: true }
        : { open: createInflateRaw, hasHeader: false };
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
