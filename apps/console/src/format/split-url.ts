/** Splits a URL into its origin and the rest; the origin is empty if the text is not a URL. */
export function splitUrl(url: string): { origin: string; rest: string } {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  return { origin, rest: url.slice(origin.length) };
}
