import type { Decision, RoutingFacts } from '@tocsin/contract';
import type { RoutableDestination } from '../src/index.ts';

/**
 * The routing rules once more, in the plainest way and without an index, to check the real ones against. It shares no
 * code with them on purpose.
 */
export function decideNaively(all: RoutableDestination[], alert: RoutingFacts): Omit<Decision, 'notes'> {
  const answer = (rule: Decision['rule'], meant: RoutableDestination[]) => ({
    rule,
    destinationIds: meant
      .filter((one) => one.enabled)
      .map((one) => one.id)
      .sort(),
    skipped: meant
      .filter((one) => !one.enabled)
      .map((one) => ({ destinationId: one.id, reason: 'disabled' as const }))
      .sort((a, b) => (a.destinationId < b.destinationId ? -1 : 1)),
  });
  if (alert.destinations !== null) {
    if (alert.destinations.length === 0 || alert.destinations.includes('SKIP'))
      return answer('destinations', []);
    const named = (name: string) =>
      all.find((one) => one.id === name.toLowerCase()) ?? all.find((one) => one.displayName === name);
    const found = alert.destinations.map(named);
    if (!found.includes(undefined)) {
      return answer('destinations', [...new Set(found as RoutableDestination[])]);
    }
  }
  const outputs = all.filter((one) => alert.outputIds.some((id) => id.toLowerCase() === one.id));
  if (outputs.length > 0) return answer('outputIds', outputs);
  return answer(
    'filters',
    all.filter((one) => {
      const isSystemError = alert.type === 'SYSTEM_ERROR' && one.severities.length > 0;
      const severity = isSystemError || one.severities.includes(alert.severity);
      const type = one.alertTypes.includes(alert.type);
      const meets = one.logTypes.some((logType) => alert.logTypes.includes(logType));
      const none = alert.logTypes.length === 0 && !one.requireLogType;
      return severity && type && (one.logTypes.length === 0 || meets || none);
    }),
  );
}
