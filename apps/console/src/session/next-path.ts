/** How many times a path may be encoded; with more, it is refused. */
const DECODINGS_MAX = 3;

/** @returns where to go after signing in: a path of this origin, whatever the link said; `/` without a usable one */
export function pathOnThisOrigin(next: string | null): string {
  if (next === null || !isPlain(next)) return '/';
  const url = new URL(next, 'http://origin.invalid');
  // Resolving removes dots: `/.//elsewhere` becomes `//elsewhere`.
  if (url.host !== 'origin.invalid' || url.pathname === '/login' || !isPlainDecoded(url.pathname)) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Begins with one slash, and has no character that browsers read as a slash or ignore. */
function isPlain(path: string): boolean {
  return /^\/(?!\/)[^\\\p{Cc}]*$/u.test(path);
}

/** Plain however often it is decoded: a proxy may do so before it redirects. */
function isPlainDecoded(path: string): boolean {
  let text = path;
  for (let times = 0; times <= DECODINGS_MAX; times += 1) {
    if (!isPlain(text)) return false;
    let decoded: string;
    try {
      decoded = decodeURIComponent(text);
    } catch {
      return false;
    }
    if (decoded === text) return true;
    text = decoded;
  }
  return false;
}
