import { type RoutingFacts, SKIP } from '@tocsin/contract';
import type { RoutingIndex } from './routing-index.ts';

/** What an alert's own list comes to: places in the index, and the entries that no destination answers to. */
export interface Resolved {
  readonly places: readonly number[];
  readonly unknown: readonly string[];
}

function resolve(entries: readonly string[], placeOf: (entry: string) => number | undefined): Resolved {
  const places: number[] = [];
  const unknown: string[] = [];
  for (const entry of new Set(entries)) {
    const place = placeOf(entry);
    if (place === undefined) unknown.push(entry);
    else places.push(place);
  }
  return { places, unknown };
}

/**
 * Looks up the entries of `destinations`. An entry that is one destination's id and another's display name means the
 * id: nobody can take over a destination's id by naming another one after it. Ids match in any case, display names
 * exactly.
 */
export function resolveNames(index: RoutingIndex, names: readonly string[]): Resolved {
  return resolve(
    names,
    (name) => index.placeById.get(name.toLowerCase()) ?? index.placeByDisplayName.get(name),
  );
}

/** Looks up `outputIds`, which hold ids alone. */
export function resolveOutputIds(index: RoutingIndex, ids: readonly string[]): Resolved {
  return resolve(ids, (id) => index.placeById.get(id.toLowerCase()));
}

/**
 * The names and ids that a decision over this index would call unknown. Where there are any, the index may only be
 * out of date: reload the destinations before deciding.
 */
export function unknownNames(index: RoutingIndex, facts: RoutingFacts): string[] {
  const unknown: string[] = [];
  if (facts.destinations !== null) {
    if (facts.destinations.includes(SKIP)) return [];
    unknown.push(...resolveNames(index, facts.destinations).unknown);
    if (unknown.length === 0) return [];
  }
  return [...unknown, ...resolveOutputIds(index, facts.outputIds).unknown];
}
