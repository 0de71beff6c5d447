/** The current step of adding a destination. It is in the URL, so that going back and a reload work. */
export type Step =
  | { name: 'type' }
  /** `fromId` is the destination whose settings are copied. */
  | { name: 'form'; fromId: string | null }
  | { name: 'added'; id: string };

export const STEP_NAMES: readonly Step['name'][] = ['type', 'form', 'added'];

/** @param search the URL's query: `?type=webhook`, `?from=<id>`, `?added=<id>`, or nothing */
export function stepOf(search: URLSearchParams): Step {
  const id = search.get('added');
  if (id) return { name: 'added', id };
  const fromId = search.get('from') || null;
  if (fromId !== null || search.get('type') === 'webhook') return { name: 'form', fromId };
  return { name: 'type' };
}

/** @returns the path of a step */
export function stepPath(step: Step): string {
  const path = '/destinations/new';
  if (step.name === 'added') return `${path}?added=${encodeURIComponent(step.id)}`;
  if (step.name === 'type') return path;
  return step.fromId === null ? `${path}?type=webhook` : `${path}?from=${encodeURIComponent(step.fromId)}`;
}
