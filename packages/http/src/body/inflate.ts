import { gunzipSync } from 'node:zlib';
import { LIMITS, ProblemError } from '@tocsin/contract';

/** Any compressed body may grow to this size: small ones compress well and do no harm. */
const INFLATION_FREE_BYTES = 64 * 1024;

/** The size of gzip's output pieces: so far may the limit be passed. */
const PIECE_BYTES = 64 * 1024;

/**
 * Decompresses a body that has come whole, in one go: 2 ms for each MiB that comes out.
 *
 * @param bytesMax what may come out; less where the body is small (`LIMITS.inflationMax`)
 * @param count gets how many bytes came out, or may have before it was refused
 * @throws ProblemError `request_too_large`, or `malformed_body` where it is no gzip; what `count` throws
 */
export function inflate(packed: Buffer, bytesMax: number, count: (bytes: number) => void): Buffer {
  const grownMax = Math.max(INFLATION_FREE_BYTES, packed.length * LIMITS.inflationMax);
  const maxOutputLength = Math.min(bytesMax, grownMax);
  let bytes: Buffer;
  try {
    bytes = gunzipSync(packed, { maxOutputLength, chunkSize: PIECE_BYTES });
  } catch (error) {
    count(maxOutputLength);
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw bytesMax <= grownMax ? tooLarge(bytesMax) : tooInflated();
    const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
    throw new ProblemError('malformed_body', {
      detail: isGzip
        ? 'The body is not valid gzip.'
        : 'The body is no gzip, though its Content-Encoding says so.',
    });
  }
  count(bytes.length);
  return bytes;
}

export function tooLarge(bytesMax: number): ProblemError {
  return new ProblemError('request_too_large', {
    detail: `The body has more than ${bytesMax} bytes after decompression.`,
  });
}

function tooInflated(): ProblemError {
  return new ProblemError('request_too_large', {
    detail: `The body grows more than ${LIMITS.inflationMax} times when it is decompressed.`,
  });
}
