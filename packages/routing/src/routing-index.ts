import { ALERT_TYPES, type AlertType, type RoutingFacts, SEVERITIES, type Severity } from '@tocsin/contract';
import type { RoutableDestination } from './routable-destination.ts';

/** Places in `RoutingIndex.destinations`, ascending. */
type Places = number[];

/** The destinations that accept one alert type at one severity, by what they ask of log types. */
interface Cell {
  /** Those without log types: every alert matches. */
  readonly anyLogType: Places[];
  /** Those with log types that take an alert without any, too. */
  readonly withoutLogType: Places[];
  readonly byLogType: Map<string, Places[]>;
}

/** Destinations, arranged so that a decision touches none that it does not name. */
export interface RoutingIndex {
  /** In ascending order of id: the order of every decision. */
  readonly destinations: readonly RoutableDestination[];
  /** Places by id in lower case. */
  readonly placeById: ReadonlyMap<string, number>;
  readonly placeByDisplayName: ReadonlyMap<string, number>;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** The destinations with exactly the same severities and alert types, by what they ask of log types. */
interface Shape {
  readonly severities: readonly Severity[];
  readonly alertTypes: readonly AlertType[];
  readonly anyLogType: Places;
  readonly withoutLogType: Places;
  readonly byLogType: Map<string, Places>;
}

function cellKey(type: AlertType, severity: Severity): string {
  return `${type} ${severity}`;
}

function compareIds(a: RoutableDestination, b: RoutableDestination): number {
  const left = a.id.toLowerCase();
  const right = b.id.toLowerCase();
  return left < right ? -1 : Number(left > right);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function emptyShape(destination: RoutableDestination): Shape {
  return {
    severities: SEVERITIES.filter((severity) => destination.severities.includes(severity)),
    alertTypes: ALERT_TYPES.filter((type) => destination.alertTypes.includes(type)),
    anyLogType: [],
    withoutLogType: [],
    byLogType: new Map(),
  };
}

function groupByShape(destinations: readonly RoutableDestination[]): Shape[] {
  const shapes = new Map<string, Shape>();
  destinations.forEach((destination, place) => {
    const fresh = emptyShape(destination);
    const shape = getOrAdd(shapes, `${fresh.severities} ${fresh.alertTypes}`, () => fresh);
    if (destination.logTypes.length === 0) shape.anyLogType.push(place);
    else if (!destination.requireLogType) shape.withoutLogType.push(place);
    for (const logType of new Set(destination.logTypes))
      getOrAdd<string, Places>(shape.byLogType, logType, () => []).push(place);
  });
  return [...shapes.values()];
}

function addToCell(cell: Cell, shape: Shape): void {
  if (shape.anyLogType.length > 0) cell.anyLogType.push(shape.anyLogType);
  if (shape.withoutLogType.length > 0) cell.withoutLogType.push(shape.withoutLogType);
  for (const [logType, places] of shape.byLogType)
    getOrAdd<string, Places[]>(cell.byLogType, logType, () => []).push(places);
}

function buildCells(shapes: readonly Shape[]): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const shape of shapes) {
    for (const type of shape.alertTypes) {
      const ignoresSeverity = type === 'SYSTEM_ERROR' && shape.severities.length > 0;
      const severities = ignoresSeverity ? SEVERITIES : shape.severities;
      for (const severity of severities) {
        const cell = getOrAdd(cells, cellKey(type, severity), () => ({
          anyLogType: [],
          withoutLogType: [],
          byLogType: new Map(),
        }));
        addToCell(cell, shape);
      }
    }
  }
  return cells;
}

/**
 * Arranges destinations by alert type, severity and log type, so that what a decision costs grows with the
 * destinations that match, not with those that don't.
 *
 * Destinations of the same severities and types share their lists, so that building takes about a pass over all log
 * types, and 10,000 destinations that take everything cost no more memory than their places. Ids are compared without
 * regard to case; display names are unique.
 */
export function createRoutingIndex(unordered: readonly RoutableDestination[]): RoutingIndex {
  const destinations = [...unordered].sort(compareIds);
  const placeById = new Map<string, number>();
  const placeByDisplayName = new Map<string, number>();
  destinations.forEach(({ id, displayName }, place) => {
    placeById.set(id.toLowerCase(), place);
    placeByDisplayName.set(displayName, place);
  });
  return { destinations, placeById, placeByDisplayName, cells: buildCells(groupByShape(destinations)) };
}

/** @returns the places of all destinations whose own filters accept the alert (rule 3), disabled ones included; ascending, each once. */
export function findByFilters(index: RoutingIndex, facts: RoutingFacts): number[] {
  const cell = index.cells.get(cellKey(facts.type, facts.severity));
  if (cell === undefined) return [];
  const lists =
    facts.logTypes.length === 0
      ? cell.withoutLogType
      : facts.logTypes.flatMap((logType) => cell.byLogType.get(logType) ?? []);
  return ascendingOnce([...cell.anyLogType, ...lists].flat());
}

/** @returns the places in ascending order without repeats. */
export function ascendingOnce(places: readonly number[]): number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}
