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
