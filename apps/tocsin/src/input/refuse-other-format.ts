import { type OtherFormat, otherFormatOf } from '@tocsin/json';
import { UsageError } from '../usage-error.ts';

const compressed = (program: string) =>
  `is compressed with ${program}; unpack it on the way: ${program} -dc FILE | tocsin … -`;

/** What the user can do about each format. */
const ADVICE: Readonly<Record<OtherFormat, string>> = {
  gzip: compressed('gzip'),
  zstd: compressed('zstd'),
  bzip2: compressed('bzip2'),
  zip: 'is a zip archive; unpack it first',
  'UTF-16': 'is UTF-16 text; save it as UTF-8',
};

/**
 * Refuses an input of another format at once, instead of one fault for each line.
 *
 * @param head the input's first bytes
 * @param name for the message
 * @throws UsageError if they are of a format that is not JSON text
 */
export function refuseOtherFormat(head: Uint8Array, name: string): void {
  const found = otherFormatOf(head);
  if (found !== undefined) throw new UsageError(`${name} ${ADVICE[found]}.`);
}
