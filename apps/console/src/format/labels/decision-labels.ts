/** The fields of an alert that decide where it goes. */
export interface RoutingFacts {
  severity: string;
  type: string;
  logTypes: readonly string[];
}

interface Decision {
  rule: 'destinations' | 'outputIds' | 'filters';
  destinationIds: readonly string[];
  skipped: readonly { destinationId: string; reason: SkipReason }[];
}

/** Which rule decided where an alert goes, and why it was that one. */
export function ruleLabel({ rule }: Pick<Decision, 'rule'>, facts: RoutingFacts): string {
  switch (rule) {
    case 'destinations':
      return 'The alert itself lists its destinations (destinations); filters are not used.';
    case 'outputIds':
      return 'The alert lists its destinations by their ids (outputIds); filters are not used.';
    default:
      return `The filters of each destination were compared with ${factsLabel(facts)}.`;
  }
}

function factsLabel({ severity, type, logTypes }: RoutingFacts): string {
  const logTypesLabel =
    logTypes.length === 0
      ? 'no log type'
      : `${logTypes.length === 1 ? 'the log type' : 'the log types'} ${logTypes.join(', ')}`;
  return type === 'SYSTEM_ERROR'
    ? `the type SYSTEM_ERROR (its severity counts only where a destination has no severities) and ${logTypesLabel}`
    : `the severity ${severity}, the type ${type} and ${logTypesLabel}`;
}

/** `It goes to 3 destinations:`; null if the alert's own list is empty, as the notes say. */
export function reachLabel({ rule, destinationIds, skipped }: Decision): string | null {
  const count = destinationIds.length;
  if (count > 0) return count === 1 ? 'It goes to one destination:' : `It goes to ${count} destinations:`;
  return rule === 'destinations' && skipped.length === 0 ? null : 'It goes to no destination.';
}

/** A label for each reason of the API: a decision with another one does not compile. */
const REASON_LABELS = {
  disabled: 'Disabled; otherwise the alert would go there',
  notListed: 'The alert does not name them',
  type: ({ type }: RoutingFacts) => `The alert types do not include ${type}`,
  severity: ({ type, severity }: RoutingFacts) =>
    type === 'SYSTEM_ERROR'
      ? 'No severities: only alerts that name the destination go there'
      : `The severities do not include ${severity}`,
  logType: 'The log types include none of the alert’s log types',
  requireLogType: 'A log type is required, and the alert has none',
  ownFailures: 'The notice is about deliveries that failed at this destination',
  failing: 'It fails now: its last three attempts failed, so it gets no failure notice',
};

type SkipReason = keyof typeof REASON_LABELS;

/** Why a destination was left out. A reason that a newer server has is returned as it is. */
export function reasonLabel(reason: string, facts: RoutingFacts): string {
  if (!Object.hasOwn(REASON_LABELS, reason)) return reason;
  const label = REASON_LABELS[reason as SkipReason];
  return typeof label === 'string' ? label : label(facts);
}

/** Destinations that were left out, by reason; reasons in order of first appearance. */
export function byReason(skipped: Decision['skipped']): [reason: string, destinationIds: string[]][] {
  const groups = Map.groupBy(skipped, ({ reason }) => reason);
  return [...groups].map(([reason, group]) => [reason, group.map(({ destinationId }) => destinationId)]);
}

/** Destinations that the alert went to though the decision did not say so: somebody sent it there by hand. */
export function sentByHand(alert: {
  routing: Pick<Decision, 'destinationIds'> | null;
  deliveries: readonly { destinationId: string }[];
}): string[] {
  const decided = new Set(alert.routing?.destinationIds);
  const ids = alert.deliveries.map(({ destinationId }) => destinationId);
  return alert.routing === null ? [] : ids.filter((id) => !decided.has(id));
}
