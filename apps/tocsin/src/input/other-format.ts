import { UsageError } from '../usage-error.ts';

/** How files begin that are often given in place of JSON, and what to do about each. */
const FORMATS: readonly [head: readonly number[], advice: string][] = [
  [[0x1f, 0x8b], 'is compressed with gzip; unpack it on the way: gzip -dc FILE | tocsin … -'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd; unpack it on the way: zstd -dc FILE | tocsin … -'],
  [[0x42, 0x5a, 0x68], 'is compressed with bzip2; unpack it on the way: bzip2 -dc FILE | tocsin … -'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive; unpack it first'],
  [[0xff, 0xfe], 'is UTF-16 text; save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16 text; save it as UTF-8'],
];

/** Bytes that have to be there before `refuseOtherFormat` can tell. */
export const FORMAT_BYTES = 4;

/**
 * Ends a reading that would only find fault with every line.
 *
 * @param head the input's first bytes
 * @param name for the message
 * @throws UsageError where they are those of a format that is not JSON text
 */
export function refuseOtherFormat(head: Uint8Array, name: string): void {
  const found = FORMATS.find(([bytes]) => bytes.every((byte, at) => head[at] === byte));
  if (found !== undefined) throw new UsageError(`${name} ${found[1]}.`);
}
