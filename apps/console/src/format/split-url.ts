/** Splits a URL into where it goes and what it asks for there; the origin is empty where it is no URL. */
export function splitUrl(url: string): { origin: string; rest: string } {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  return { origin, rest: url.slice(origin.length) };
}
