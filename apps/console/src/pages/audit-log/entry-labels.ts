/** @returns `destination.secret_rotated` as words: `Destination: secret rotated` */
export function actionLabel(action: string): string {
  const [subject = '', ...rest] = action.split('.');
  const spaced = (text: string) => text.replaceAll('_', ' ');
  const named = `${subject.slice(0, 1).toUpperCase()}${spaced(subject.slice(1))}`;
  return rest.length === 0 ? named : `${named}: ${spaced(rest.join('.'))}`;
}

/** @returns an entry's details, one a line */
export function detailLines(detail: Record<string, unknown>): string[] {
  return Object.entries(detail).map(
    ([name, value]) => `${name}: ${isChange(value) ? changeText(value) : text(value)}`,
  );
}

/** A setting before and after; `changed` names secret parts that were replaced. */
interface Change {
  from: unknown;
  to: unknown;
  changed?: string[];
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}

function changeText({ from, to, changed = [] }: Change): string {
  const parts = changed.length === 0 ? '' : `, with another ${changed.join(' and another ')}`;
  if (text(from) !== text(to)) return `from ${text(from)} to ${text(to)}${parts}`;
  // Values of headers and secrets are not shown, so a change of them cannot be shown.
  return `${text(to)}${parts === '' ? ', set again' : parts}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
