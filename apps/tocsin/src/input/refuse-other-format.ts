import { type OtherFormat, otherFormatOf } from '@tocsin/json';
import { UsageError } from '../usage-error.ts';

const compressed = (program: string) =>
  `is compressed with ${program}; unpack it on the way: ${program} -dc FILE | tocsin … -`;

/** What to do about each. */
const ADVICE: Readonly<Record<OtherFormat, string>> = {
  gzip: compressed('gzip'),
  zstd: compressed('zstd'),
  bzip2: compressed('bzip2'),
  zip: 'is a zip archive; unpack it first',
  'UTF-16': 'is UTF-16 text; save it as UTF-8',
};

/**
 * Ends a reading that would only find fault with every line.
 *
 * @param head the input's first bytes
 * @param name for the message
 * @throws UsageError where they are those of a format that is not JSON text
 */
export function refuseOtherFormat(head: Uint8Array, name: string): void {
  const found = otherFormatOf(head);
  if (found !== undefined) throw new UsageError(`${name} ${ADVICE[found]}.`);
}
