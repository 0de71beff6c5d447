/**
 * Whether two URLs have one origin and path, however they are written: then the destination's secrets are kept. What is
 * not a URL yet is judged by its text.
 */
export function isSameReceiver(a: string, b: string): boolean {
  const one = URL.parse(a.trim());
  const other = URL.parse(b.trim());
  if (one === null || other === null) return a.trim() === b.trim();
  return one.origin === other.origin && one.pathname === other.pathname;
}
