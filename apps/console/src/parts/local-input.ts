/** @returns a moment as a `datetime-local` field wants it, in the viewer's zone; empty for none */
export function toLocalInput(iso: string | null | undefined): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** @returns the moment that a `datetime-local` field holds, in UTC; empty for none */
export function fromLocalInput(text: string): string {
  // A browser reads more than a field can hold, each in its own way.
  const at = new Date(/^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text : '');
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
