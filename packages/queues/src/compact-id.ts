const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX_UUID = /^[0-9a-f]{32}$/;
const PACKED_UUID = /^[A-Za-z0-9_-]{22}$/;
/** Starts an id that is kept as it is. Neither form of a UUID holds it. */
const VERBATIM = '~';

/** A UUID without its dashes, for where people search for it; any other id behind a `~`. */
export function undashId(id: string): string {
  return UUID.test(id) ? id.replaceAll('-', '') : VERBATIM + id;
}

/** The inverse of {@link undashId}. @returns undefined for what it never makes */
export function redashId(text: string): string | undefined {
  if (HEX_UUID.test(text)) return dashed(text);
  return verbatim(text);
}

/** A UUID in 22 characters (base64url of its bytes); any other id behind a `~`. */
export function packId(id: string): string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url') : VERBATIM + id;
}

/** The inverse of {@link packId}. @returns undefined for what it never makes */
export function unpackId(text: string): string | undefined {
  if (PACKED_UUID.test(text)) return dashed(Buffer.from(text, 'base64url').toString('hex'));
  return verbatim(text);
}

function verbatim(text: string): string | undefined {
  return text.length > 1 && text.startsWith(VERBATIM) ? text.slice(1) : undefined;
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
