/** @returns `destination.secret_rotated` as words: `Destination: secret rotated` */
export function actionWords(action: string): string {
  const [subject = '', ...rest] = action.split('.');
  const words = (text: string) => text.replaceAll('_', ' ');
  const named = `${subject.slice(0, 1).toUpperCase()}${words(subject.slice(1))}`;
  return rest.length === 0 ? named : `${named}: ${words(rest.join('.'))}`;
}

/** @returns an entry's details, one a line */
export function detailLines(detail: Record<string, unknown>): string[] {
  return Object.entries(detail).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}
