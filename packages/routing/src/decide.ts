import { type Decision, type RoutingFacts, type RoutingRule, SKIP } from '@tocsin/contract';
import { filterReason } from './filters.ts';
import { NOTES } from './notes.ts';
import { resolveNames, resolveOutputIds } from './overrides.ts';
import { ascendingOnce, findByFilters, type RoutingIndex } from './routing-index.ts';

export interface DecideOptions {
  /** Name every destination that was left out, not the disabled ones alone; costs a pass over all of them. */
  readonly explain?: boolean;
}

/** What a rule found: the destinations meant, before disabled ones are taken out. */
interface Finding {
  readonly rule: RoutingRule;
  readonly places: readonly number[];
  readonly notes: readonly string[];
}

function find(index: RoutingIndex, facts: RoutingFacts): Finding {
  const notes: string[] = [];
  if (facts.destinations !== null) {
    const rule = 'destinations';
    if (facts.destinations.includes(SKIP)) return { rule, places: [], notes: [NOTES.skip] };
    if (facts.destinations.length === 0) return { rule, places: [], notes: [NOTES.emptyList] };
    const { places, unknown } = resolveNames(index, facts.destinations);
    if (unknown.length === 0) return { rule, places, notes };
    notes.push(NOTES.unknownNames(unknown));
  }
  if (facts.outputIds.length > 0) {
    const { places, unknown } = resolveOutputIds(index, facts.outputIds);
    if (places.length > 0) {
      if (unknown.length > 0) notes.push(NOTES.unknownOutputs(unknown));
      return { rule: 'outputIds', places, notes };
    }
    notes.push(NOTES.noOutputExists(unknown));
  }
  return { rule: 'filters', places: findByFilters(index, facts), notes };
}

/** Names everyone the alert does not reach: as disabled where the rule meant it, else by what kept it out. */
function explain(index: RoutingIndex, facts: RoutingFacts, { rule, places }: Finding): Decision['skipped'] {
  const meant = new Set(places);
  return index.destinations.flatMap((destination, place) => {
    if (meant.has(place))
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
  for (const place of ascendingOnce(found.places)) {
    const { id, enabled } = index.destinations[place]!;
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
