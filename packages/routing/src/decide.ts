import { type Decision, type RoutingFacts, type RoutingRule, SKIP, type SkipReason } from '@tocsin/contract';
import type { RoutableDestination } from './routable-destination.ts';
import { ascendingOnce, type Entry, type RoutingIndex } from './routing-index.ts';

export interface DecideOptions {
  /** Name every destination that was left out, not the disabled ones alone; costs a pass over all of them. */
  readonly explain?: boolean;
}

/** What a rule found: the destinations meant, before disabled ones are taken out. */
interface Finding {
  readonly rule: RoutingRule;
  readonly entries: readonly Entry[];
  readonly notes: readonly string[];
}

function find(index: RoutingIndex, facts: RoutingFacts): Finding {
  const notes: string[] = [];
  if (facts.destinations !== null) {
    const rule = 'destinations';
    if (facts.destinations.includes(SKIP)) return { rule, entries: [], notes: [NOTES.skip] };
    if (facts.destinations.length === 0) return { rule, entries: [], notes: [NOTES.emptyList] };
    const { entries, unknown } = resolveNames(index, facts.destinations);
    if (unknown.length === 0) return { rule, entries, notes };
    notes.push(NOTES.unknownNames(unknown));
  }
  if (facts.outputIds.length > 0) {
    const { entries, unknown } = resolveOutputIds(index, facts.outputIds);
    if (entries.length > 0) {
      if (unknown.length > 0) notes.push(NOTES.unknownOutputs(unknown));
      return { rule: 'outputIds', entries, notes };
    }
    notes.push(NOTES.noOutputExists(unknown));
  }
  return { rule: 'filters', entries: index.accepting(facts), notes };
}

/** Names every destination that the alert does not reach: as disabled if the rule meant it, else by the filter. */
function explain(index: RoutingIndex, facts: RoutingFacts, { rule, entries }: Finding): Decision['skipped'] {
  const meant = new Set(entries);
  return index.all().flatMap((entry): Decision['skipped'] => {
    const { destination } = entry;
    if (meant.has(entry))
      return destination.enabled ? [] : [{ destinationId: destination.id, reason: 'disabled' }];
    const reason = rule === 'filters' ? filterReason(destination, facts) : 'notListed';
    return reason === null ? [] : [{ destinationId: destination.id, reason }];
  });
}

/**
 * Decides where an alert goes, by the first rule that applies: its own `destinations`, its `outputIds`, or each
 * destination's filters. The corner cases of each rule are in this package's README.
 *
 * Destinations are named in ascending order of id, each once. `skipped` holds those that the rule meant but that are
 * disabled, with reason `disabled`; with `explain` also every other, with reason `notListed` (rules 1 and 2), `type`,
 * `severity`, `logType` or `requireLogType`, and a note says what these reasons were computed against.
 */
export function decide(index: RoutingIndex, facts: RoutingFacts, options: DecideOptions = {}): Decision {
  const found = find(index, facts);
  const destinationIds: string[] = [];
  const skipped: Decision['skipped'] = [];
  for (const { destination } of ascendingOnce(found.entries)) {
    const { id, enabled } = destination;
    if (enabled) destinationIds.push(id);
    else skipped.push({ destinationId: id, reason: 'disabled' });
  }
  const decision = { rule: found.rule, destinationIds };
  if (options.explain !== true) return { ...decision, skipped, notes: [...found.notes] };
  return {
    ...decision,
    skipped: explain(index, facts, found),
    notes: [...found.notes, NOTES.explained],
  };
}

/** The result of an alert's own list: the destinations that it names, and the names of none. */
export interface Resolved {
  readonly entries: readonly Entry[];
  readonly unknown: readonly string[];
}

function resolve(names: readonly string[], entryOf: (name: string) => Entry | undefined): Resolved {
  const entries: Entry[] = [];
  const unknown: string[] = [];
  for (const name of new Set(names)) {
    const entry = entryOf(name);
    if (entry === undefined) unknown.push(name);
    else entries.push(entry);
  }
  return { entries, unknown };
}

/**
 * Looks up what `destinations` names. A name that is one destination's id and another's display name means the
 * id: nobody can take over a destination's id by naming another one after it. Ids match in any case, display names
 * exactly.
 */
function resolveNames(index: RoutingIndex, names: readonly string[]): Resolved {
  return resolve(names, (name) => index.withId(name) ?? index.withDisplayName(name));
}

/** Looks up `outputIds`, which hold ids alone. */
function resolveOutputIds(index: RoutingIndex, ids: readonly string[]): Resolved {
  return resolve(ids, index.withId);
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

/** Why a destination's own filters leave an alert out. */
export type FilterReason = Extract<SkipReason, 'type' | 'severity' | 'logType' | 'requireLogType'>;

/** A destination without severities is reached by an alert's own list alone, `SYSTEM_ERROR` included. */
function acceptsSeverity({ severities }: RoutableDestination, { type, severity }: RoutingFacts): boolean {
  return type === 'SYSTEM_ERROR' ? severities.length > 0 : severities.includes(severity);
}

/**
 * Judges one destination by rule 3, for explanations; deciding itself goes through the index.
 *
 * `SYSTEM_ERROR` ignores the severities of a destination that accepts the type, unless it has none. If several filters
 * refuse, the first of type, severity, log type is named. Whether the destination is enabled is not looked at.
 *
 * @returns the filter that says no, or null where the alert passes
 */
export function filterReason(destination: RoutableDestination, facts: RoutingFacts): FilterReason | null {
  if (!destination.alertTypes.includes(facts.type)) return 'type';
  if (!acceptsSeverity(destination, facts)) return 'severity';
  if (destination.logTypes.length === 0) return null;
  if (facts.logTypes.length === 0) return destination.requireLogType ? 'requireLogType' : null;
  const wanted = new Set(destination.logTypes);
  return facts.logTypes.some((logType) => wanted.has(logType)) ? null : 'logType';
}

/** A display name has at most 100 characters; a producer's list may hold anything. */
const NAME_CHARACTERS_MAX = 100;

/**
 * Quotes a name that a producer sent, fit for a note: shortened, and without control characters and halves of
 * surrogate pairs, which Postgres refuses in a document.
 */
function quote(name: string): string {
  const characters = [...name.slice(0, 2 * NAME_CHARACTERS_MAX + 1)];
  const shown = characters.slice(0, NAME_CHARACTERS_MAX).join('');
  const cut = characters.length > NAME_CHARACTERS_MAX ? '…' : '';
  return `"${shown.toWellFormed().replaceAll(/\p{Cc}/gu, '\uFFFD')}${cut}"`;
}

function quoteFirst(names: readonly string[]): string {
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${quote(names[0] ?? '')}${more}`;
}

/** Notes on a decision's reasons, for the person on call. */
export const NOTES = {
  emptyList: 'The alert asks for an empty list of destinations, so it is sent nowhere.',
  skip: 'The alert’s list of destinations contains "SKIP", so it is sent nowhere.',
  unknownNames: (names: readonly string[]) =>
    `No destination has the id or display name ${quoteFirst(names)}, so the alert’s whole list of destinations is ignored.`,
  unknownOutputs: (ids: readonly string[]) =>
    `No destination has the id ${quoteFirst(ids)} from the alert’s outputIds; the others are used.`,
  noOutputExists: (ids: readonly string[]) =>
    `None of the alert’s outputIds exists (${quoteFirst(ids)}), so the destinations’ own filters decide.`,
  explained: 'Why each other destination is left out is computed against today’s destinations.',
} as const;
