import type { ServedRequest } from './endpoint-server.ts';

export type Serve = (served: ServedRequest) => Promise<void>;

export interface PathEntry {
  /** As the contract writes it: `/v1/alerts/{alertId}`. */
  readonly path: string;
  /** As Express writes it: `/v1/alerts/:alertId`. */
  readonly pattern: string;
  /** By method in upper case. */
  readonly methods: ReadonlyMap<string, Serve>;
}

/**
 * Groups routes by path and puts literal paths before templated ones, as OpenAPI matches them: `/v1/destinations/test`
 * is never taken for a destination called `test`.
 *
 * @throws Error where two routes have the same method and path
 */
export function createRouteTable(
  routes: readonly { method: string; path: string; serve: Serve }[],
): PathEntry[] {
  const paths = new Map<string, Map<string, Serve>>();
  for (const { method, path, serve } of routes) {
    const methods = paths.get(path) ?? new Map<string, Serve>();
    const name = method.toUpperCase();
    if (methods.has(name)) throw new Error(`Two routes serve ${name} ${path}`);
    paths.set(path, methods.set(name, serve));
  }
  return [...paths]
    .sort(([one], [other]) => compareBySpecificity(one, other))
    .map(([path, methods]) => ({ path, pattern: path.replaceAll(/\{(\w+)\}/g, ':$1'), methods }));
}

/** At the first segment where two paths differ in kind, the literal one comes first. */
function compareBySpecificity(one: string, other: string): number {
  const segments = other.split('/');
  for (const [index, segment] of one.split('/').entries()) {
    const difference = Number(segment.startsWith('{')) - Number(segments[index]?.startsWith('{') ?? false);
    if (difference !== 0) return difference;
  }
  return 0;
}
