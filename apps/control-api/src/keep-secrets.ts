import { type DestinationPatch, type FieldError, type HeaderField, MASK } from '@tocsin/contract';
import type { Sealer } from '@tocsin/secrets';
import { openUrl, sealContext } from '@tocsin/store';
import type { DestinationRow, ResolvedPatch } from './destination-row.ts';

/** What is stored of a destination that may be kept. */
export type StoredSecrets = Pick<
  DestinationRow,
  'id' | 'sealed_url' | 'headers' | 'signing_secret' | 'previous_signing_secrets'
>;

interface Kept<T> {
  patch: Omit<T, 'headers' | 'signingSecret'> & Pick<ResolvedPatch, 'headers' | 'signingSecret'>;
  errors: FieldError[];
  /** Secret parts of the URL that change; none where the stored URL cannot be read. */
  urlParts: ('path' | 'query')[];
  /** Secrets that are dropped though the change did not name them: `headers.<name>`, `signingSecret`. */
  dropped: string[];
}

type Change = Pick<DestinationPatch, 'url' | 'headers' | 'signingSecret'>;

/**
 * Fills a change's gaps from what is stored: a header without a value, or with the mask that answers show, keeps the
 * value it has (names compare in any case); a signing secret given as the mask is kept.
 *
 * Secrets belong to the receiver they were given for. Where the URL's origin or path changes, nothing is kept:
 * otherwise, a caller who may change a destination could have its secrets sent to himself. What the change leaves out
 * is dropped then, and what it asks to keep is a fault.
 *
 * Stored values are opened only where they are kept, so that a destination whose key is lost can still be given new
 * ones.
 *
 * @param row null for a destination that is not there, or no longer: it has nothing to keep
 * @returns the change to make, and a fault for each secret that cannot be kept
 */
export function keepSecrets<T extends Change>(row: StoredSecrets | null, change: T, sealer: Sealer): Kept<T> {
  const { headers, signingSecret, ...rest } = change;
  if (row === null) return { ...replaceSecrets(row, change), urlParts: [] };
  const { isSameReceiver, urlParts } = compareUrl(row, change.url, sealer);
  if (!isSameReceiver) return { ...replaceSecrets(row, change), urlParts };

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
    urlParts,
    dropped: [],
  };
}

/** @returns the stored URL; null for one that cannot be opened or read */
function readUrl(row: StoredSecrets, sealer: Sealer): URL | null {
  try {
    return new URL(openUrl(row, sealer));
  } catch {
    return null;
  }
}

/**
 * Compares a change's URL with the stored one, however both are written (case of the host, a default port, `..`).
 *
 * @param url undefined where the change leaves it as it is
 * @returns whether origin and path stay, and which of the secret parts change
 */
function compareUrl(
  row: StoredSecrets,
  url: string | undefined,
  sealer: Sealer,
): { isSameReceiver: boolean; urlParts: ('path' | 'query')[] } {
  if (url === undefined) return { isSameReceiver: true, urlParts: [] };
  const before = readUrl(row, sealer);
  if (before === null || !URL.canParse(url)) return { isSameReceiver: false, urlParts: [] };
  const after = new URL(url);
  const urlParts: ('path' | 'query')[] = [];
  if (after.pathname !== before.pathname) urlParts.push('path');
  if (after.search !== before.search) urlParts.push('query');
  return { isSameReceiver: after.origin === before.origin && !urlParts.includes('path'), urlParts };
}

function replaceSecrets<T extends Change>(row: StoredSecrets | null, change: T): Omit<Kept<T>, 'urlParts'> {
  const { headers, signingSecret, ...rest } = change;
  const because =
    row === null
      ? 'nothing is stored for this id'
      : 'the URL has another origin or path, which keeps no secret';
  const errors: FieldError[] = [];
  const given = headers?.map(({ name, value }, index): HeaderField => {
    if (value !== undefined && value !== MASK) return { name, value };
    errors.push({ path: `headers[${index}].value`, message: `is required: ${because}` });
    return { name, value: '' };
  });
  if (signingSecret === MASK)
    errors.push({ path: 'signingSecret', message: `give it again, or leave it out: ${because}` });
  const hadSecret = row !== null && (row.signing_secret !== null || row.previous_signing_secrets.length > 0);
  return {
    patch: {
      ...rest,
      headers: given ?? [],
      signingSecret: signingSecret === undefined || signingSecret === MASK ? null : signingSecret,
    },
    errors,
    dropped: [
      ...(given === undefined ? (row?.headers ?? []).map(({ name }) => `headers.${name}`) : []),
      ...(signingSecret === undefined && hadSecret ? ['signingSecret'] : []),
    ],
  };
}
