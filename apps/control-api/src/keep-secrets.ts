import { type DestinationPatch, type FieldError, type HeaderField, MASK } from '@tocsin/contract';
import type { Sealer } from '@tocsin/secrets';
import { sealContext } from '@tocsin/store';
import type { DestinationRow, ResolvedPatch } from './destination-row.ts';

interface Kept {
  patch: ResolvedPatch;
  errors: FieldError[];
}

/**
 * Fills a change's gaps from what is stored: a header without a value, or with the mask that answers show, keeps the
 * value it has (names compare in any case); a signing secret given as the mask is kept.
 *
 * Stored values are opened only where they are kept, so that a destination whose key is lost can still be given new
 * ones.
 *
 * @returns the change to make, and a fault for each header that has no value to keep
 */
export function keepSecrets(row: DestinationRow, patch: DestinationPatch, sealer: Sealer): Kept {
  const { headers, signingSecret, ...rest } = patch;
  const errors: FieldError[] = [];
  const stored = new Map(row.headers.map((header) => [header.name.toLowerCase(), header.sealed]));
  const resolved = headers?.map(({ name, value }, index): HeaderField => {
    if (value !== undefined && value !== MASK) return { name, value };
    const path = `headers[${index}].value`;
    const sealed = stored.get(name.toLowerCase());
    if (sealed === undefined) {
      errors.push({ path, message: 'is required: this header has no stored value' });
      return { name, value: '' };
    }
    try {
      return { name, value: sealer.open(sealed, sealContext.header(row.id, name)) };
    } catch {
      errors.push({ path, message: 'is required: the stored value cannot be opened, its key is missing' });
      return { name, value: '' };
    }
  });
  return {
    patch: {
      ...rest,
      ...(resolved === undefined ? {} : { headers: resolved }),
      ...(signingSecret === undefined || signingSecret === MASK ? {} : { signingSecret }),
    },
    errors,
  };
}
