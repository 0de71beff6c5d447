/** @returns where to go after signing in: a path of this origin, whatever the link said; `/` without a usable one */
export function pathOnThisOrigin(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next)) return '/';
  const url = new URL(next, 'http://origin.invalid');
  if (url.host !== 'origin.invalid' || url.pathname === '/login') return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
