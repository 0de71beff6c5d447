/**
 * What a `datetime-local` field shows for a moment: `2026-07-01T09:57` in the viewer's zone.
 *
 * @returns an empty text for null, and for an invalid moment
 */
export function localInputOf(iso: string | null): string {
  const at = new Date(iso ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  const year = String(at.getFullYear()).padStart(4, '0');
  return `${year}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * The moment that a `datetime-local` field names, in the viewer's zone.
 *
 * @returns null for an empty field, and for times before 1970, which occur while the year is being typed
 */
export function isoOfLocalInput(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  // Without an offset, ECMAScript reads a date with a time as local.
  const atMs = Date.parse(text);
  return atMs >= 0 ? new Date(atMs).toISOString() : null;
}
