import type { Decision, RoutingRule, SkipReason } from '@tocsin/contract';
import { printable } from './printable.ts';

const RULES: Record<RoutingRule, string> = {
  destinations: "by the alert's own list of destinations, whatever their filters",
  outputIds: "by the alert's outputIds, whatever the destinations' filters",
  filters: "by each destination's filters",
};

const NOWHERE: Record<RoutingRule, string> = {
  destinations: "nowhere: the alert's own list of destinations says so, or names disabled ones only",
  outputIds: 'nowhere: the outputIds name disabled destinations only',
  filters: 'nowhere: no enabled destination has filters that match',
};

const REASONS: Record<SkipReason, string> = {
  disabled: 'disabled',
  notListed: 'the alert does not name it',
  type: "its alert types do not include the alert's",
  severity: "its severities do not include the alert's, or are none",
  logType: "its log types include none of the alert's",
  requireLogType: 'it requires a log type, and the alert has none',
  ownFailures: 'the notice is about deliveries that failed there',
  failing: 'its deliveries fail, so it gets no failure notices',
};

/** A newer server may have a reason that is not known here: it is returned as it is. */
function reasonText(reason: SkipReason): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason] : reason;
}

/**
 * A routing decision in plain words.
 *
 * @param names display names of destinations by id; an id without one is printed as it is
 * @param tense `went` for a decision that was carried out, `would go` for a preview
 */
export function decisionLines(
  decision: Decision,
  names: ReadonlyMap<string, string>,
  tense: 'went' | 'would go',
): string[] {
  const { rule, destinationIds, skipped, notes } = decision;
  const nameOf = (id: string) => {
    const name = names.get(id);
    return name === undefined ? id : `${printable(name)} (${id})`;
  };
  const count = destinationIds.length;
  const where =
    count === 0
      ? `It ${tense} ${NOWHERE[rule]}.`
      : `It ${tense} to ${count === 1 ? 'one destination' : `${count} destinations`}, ${RULES[rule]}:`;
  return [
    where,
    ...destinationIds.map((id) => `  ${nameOf(id)}`),
    ...(skipped.length === 0 ? [] : ['Left out:']),
    ...skipped.map(
      ({ destinationId, reason }) => `  ${nameOf(destinationId)}: ${printable(reasonText(reason))}`,
    ),
    ...notes.map((note) => `Note: ${printable(note)}`),
  ];
}
