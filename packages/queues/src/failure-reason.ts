const REASON_LENGTH_MAX = 500;

/**
 * A failure's text fit to be kept on a job: Postgres refuses U+0000 in text and lone surrogates in jsonb, and a refused
 * text would leave the job active until it stalls. Cut at 500 characters.
 */
export function failureReason(text: string): string {
  const clean = text.replaceAll('\u0000', '\\0').slice(0, REASON_LENGTH_MAX).toWellFormed().trim();
  return clean === '' ? 'no reason given' : clean;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** The loggable fields of a store's error: a client's error can hold its command's arguments, and a password. */
export function errorFields(error: unknown): { name: string; message: string; code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'NonError', message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // An AggregateError of a failed connect (IPv6 and IPv4 tried) has an empty message.
  return { name: error.name, message: error.message || code || error.name, code };
}
