/** How names that are not fully qualified are completed. */
export interface SearchList {
  domains: readonly string[];
  /** A name with at least this many dots is first asked for unchanged. */
  dotsMin: number;
}

export const NO_SEARCH: SearchList = { domains: [], dotsMin: 1 };

/** Parses `search`, `domain` (the last one counts) and `options ndots:n` of a resolv.conf (resolv.conf(5)). */
export function parseSearchList(text: string): SearchList {
  let { domains, dotsMin } = NO_SEARCH;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search') domains = values;
    if (keyword === 'domain') domains = values.slice(0, 1);
    if (keyword !== 'options') continue;
    for (const value of values) {
      const dots = /^ndots:(\d+)$/.exec(value)?.[1];
      if (dots !== undefined) dotsMin = Number(dots);
    }
  }
  return { domains: domains.filter((domain) => domain !== '.'), dotsMin };
}

/** The full names to ask for, in order, until one has an address. A trailing dot says that a name is full. */
export function candidateNames(hostname: string, { domains, dotsMin }: SearchList): string[] {
  if (hostname.endsWith('.')) return [hostname];
  const completed = domains.map((domain) => `${hostname}.${domain}`);
  const dots = hostname.split('.').length - 1;
  return dots >= dotsMin ? [hostname, ...completed] : [...completed, hostname];
}
