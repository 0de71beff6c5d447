import type { HeaderField } from '@tocsin/contract';
import { LRUCache } from 'lru-cache';
import { createResponseRedaction, type ResponseRedaction } from './redact-response.ts';
import { urlSecrets } from './secret-patterns.ts';

/** The masks of the destinations that were sent to last. */
export interface Redactions {
  of(request: {
    url: string;
    headers: readonly HeaderField[];
    signingSecrets: readonly string[];
  }): ResponseRedaction;
}

/**
 * Keeps a mask for a list of headers, the secrets that sign and the URL: masking costs little, making a mask more. So it
 * is made before the request, and not in the same turn of the event loop as the masking.
 */
export function createRedactions(bytesMax: number): Redactions {
  const kept = new LRUCache<readonly HeaderField[], { madeFor: string; mask: ResponseRedaction }>({
    maxSize: bytesMax,
    // A list of headers, its texts among them, is kept by its destination too.
    sizeCalculation: ({ madeFor, mask }) => 1 + madeFor.length + mask.bytes,
  });
  return {
    of({ url, headers, signingSecrets }) {
      const madeFor = [url, ...signingSecrets].join(' ');
      const known = kept.get(headers);
      if (known?.madeFor === madeFor) return known.mask;
      const mask = createResponseRedaction([
        ...headers.map(({ value }) => value),
        ...signingSecrets,
        ...urlSecrets(url),
      ]);
      kept.set(headers, { madeFor, mask });
      return mask;
    },
  };
}
