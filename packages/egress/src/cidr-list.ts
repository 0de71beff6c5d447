import { type Cidr, parseCidr } from './address.ts';

/** Ranges an operator has allowed besides public addresses. Lists can be joined by spreading them. */
export type CidrList = readonly Cidr[];

/** A list of ranges that can't be read. The message names every faulty entry and is meant for operators. */
export class CidrListError extends Error {
  override readonly name = 'CidrListError';
  readonly code = 'invalid_cidr_list';
}

/**
 * Reads a comma list of ranges, as in `TOCSIN_EGRESS_ALLOW=10.20.0.0/16, fd00:1::/32`.
 * Spaces around entries and empty entries mean nothing; an empty text is an empty list.
 *
 * @throws {CidrListError} naming every entry that is no range, so that all are mended at once.
 */
export function parseCidrList(text: string): CidrList {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

  const ranges: Cidr[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const parsed = parseCidr(entry);
    if (parsed.ok) ranges.push(parsed.cidr);
    else faults.push(`"${entry}" is not an address range: ${parsed.fault}`);
  }
  if (faults.length > 0) throw new CidrListError(faults.join('; '));
  return ranges;
}
