/** A format that is often sent in place of JSON text. */
export type OtherFormat = 'gzip' | 'zstd' | 'bzip2' | 'zip' | 'UTF-16';

/** How each begins. Sources: RFC 1952, RFC 8878, bzip2's and zip's own descriptions, the byte order mark of Unicode. */
const HEADS: readonly (readonly [head: readonly number[], format: OtherFormat])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
];

/** Bytes that have to be there before `otherFormatOf` can tell. */
export const OTHER_FORMAT_BYTES = 4;

/**
 * @param head the first bytes of what should be JSON text
 * @returns the format that begins so; undefined where none of these does. None of them is JSON
 */
export function otherFormatOf(head: Uint8Array): OtherFormat | undefined {
  return HEADS.find(([bytes]) => bytes.every((byte, at) => head[at] === byte))?.[1];
}
