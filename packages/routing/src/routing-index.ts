import { ALERT_TYPES, type AlertType, type RoutingFacts, SEVERITIES, type Severity } from '@tocsin/contract';
import type { RoutableDestination } from './routable-destination.ts';

/** A destination in an index. */
export interface Entry {
  readonly destination: RoutableDestination;
  /** Its id in lower case. */
  readonly key: string;
}

/** What a destination asks of an alert's log types: nothing, that it has none, or that it has this one. */
type Ask = typeof ANYTHING | typeof NO_LOG_TYPE | string;
const ANYTHING = Symbol('anything');
const NO_LOG_TYPE = Symbol('no log type');

/** Destinations of one shape that ask the same. */
type Group = Set<Entry>;

/** The groups that accept one alert type at one severity. */
type Cell = Map<Ask, Set<Group>>;

/** The destinations with exactly the same severities and alert types. */
interface Shape {
  readonly cells: readonly Cell[];
  readonly groups: Map<Ask, Group>;
}

/** Destinations, arranged so that a decision touches none that it does not name. */
export interface RoutingIndex {
  /**
   * Makes these the destinations of the index. An object that was there before is the same destination as before, and costs
   * one look-up; one that has changed must be another object. Ids are unique without regard to case, display names as they are.
   */
  update(destinations: readonly RoutableDestination[]): void;
  /** @param id in any case */
  withId(id: string): Entry | undefined;
  withDisplayName(name: string): Entry | undefined;
  /** All destinations whose own filters accept the alert (rule 3), disabled ones included; in no order, some repeatedly. */
  accepting(facts: RoutingFacts): Entry[];
  /** All destinations, in ascending order of id. */
  all(): readonly Entry[];
}

/** @returns the entries in ascending order of id, each once: the order of every decision */
export function ascendingOnce(entries: Iterable<Entry>): Entry[] {
  return [...new Set(entries)].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function asksOf({ logTypes, requireLogType }: RoutableDestination): Ask[] {
  if (logTypes.length === 0) return [ANYTHING];
  return requireLogType ? [...logTypes] : [NO_LOG_TYPE, ...logTypes];
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * Arranges destinations by alert type, severity and log type, so that what a decision costs grows with the
 * destinations that match, not with those that don't, and what a change costs, but for a look-up of each destination, with what has changed.
 *
 * Destinations of the same severities and types share their groups, so that 10,000 that take everything are in one group
 * each, and not in one for each type and severity.
 */
export function createRoutingIndex(destinations: readonly RoutableDestination[]): RoutingIndex {
  const entries = new Map<RoutableDestination, Entry>();
  const byKey = new Map<string, Entry>();
  const byDisplayName = new Map<string, Entry>();
  const shapes = new Map<string, Shape>();
  const cells = new Map<string, Cell>();
  let ordered: readonly Entry[] | undefined;

  const cellOf = (type: AlertType, severity: Severity) =>
    getOrAdd(cells, `${type} ${severity}`, () => new Map());

  function cellsOf({ alertTypes, severities }: RoutableDestination): Cell[] {
    return ALERT_TYPES.filter((type) => alertTypes.includes(type)).flatMap((type) => {
      const ignoresSeverity = type === 'SYSTEM_ERROR' && severities.length > 0;
      return SEVERITIES.filter((severity) => ignoresSeverity || severities.includes(severity)).map(
        (severity) => cellOf(type, severity),
      );
    });
  }

  const keyOfShape = ({ severities, alertTypes }: RoutableDestination) =>
    `${severities.toSorted()} ${alertTypes.toSorted()}`;

  function add(destination: RoutableDestination): void {
    const entry = { destination, key: destination.id.toLowerCase() };
    byKey.set(entry.key, entry);
    byDisplayName.set(destination.displayName, entry);
    const shape = getOrAdd(shapes, keyOfShape(destination), () => ({
      cells: cellsOf(destination),
      groups: new Map(),
    }));
    for (const ask of asksOf(destination)) {
      const group = getOrAdd(shape.groups, ask, () => {
        const made: Group = new Set();
        for (const cell of shape.cells) getOrAdd(cell, ask, () => new Set<Group>()).add(made);
        return made;
      });
      group.add(entry);
    }
    entries.set(destination, entry);
  }

  function remove(entry: Entry): void {
    const { destination, key } = entry;
    entries.delete(destination);
    byKey.delete(key);
    byDisplayName.delete(destination.displayName);
    const shapeKey = keyOfShape(destination);
    const shape = shapes.get(shapeKey) as Shape;
    // A log type may be listed twice.
    for (const ask of new Set(asksOf(destination))) {
      const group = shape.groups.get(ask) as Group;
      group.delete(entry);
      if (group.size > 0) continue;
      shape.groups.delete(ask);
      for (const cell of shape.cells) {
        const accepted = cell.get(ask) as Set<Group>;
        accepted.delete(group);
        if (accepted.size === 0) cell.delete(ask);
      }
    }
    if (shape.groups.size === 0) shapes.delete(shapeKey);
  }

  const index: RoutingIndex = {
    update(list) {
      const fresh = list.filter((destination) => !entries.has(destination));
      // First what goes, since a name may go from one to another.
      for (const { id } of fresh) {
        const replaced = index.withId(id);
        if (replaced !== undefined) remove(replaced);
      }
      if (entries.size > list.length - fresh.length) {
        const wanted = new Set(list);
        for (const [destination, entry] of entries) if (!wanted.has(destination)) remove(entry);
      }
      for (const destination of fresh) add(destination);
      ordered = undefined;
    },
    withId: (id) => byKey.get(id.toLowerCase()),
    withDisplayName: (name) => byDisplayName.get(name),
    accepting({ type, severity, logTypes }) {
      const cell = cellOf(type, severity);
      const asks: Ask[] = [ANYTHING, ...(logTypes.length === 0 ? ([NO_LOG_TYPE] as const) : logTypes)];
      return asks.flatMap((ask) => [...(cell.get(ask) ?? [])].flatMap((group) => [...group]));
    },
    all() {
      ordered ??= ascendingOnce(entries.values());
      return ordered;
    },
  };
  index.update(destinations);
  return index;
}
