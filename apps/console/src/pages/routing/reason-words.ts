import type { Schemas } from '../../api/client.ts';

/** Which rule decided, in words. */
export const RULE_WORDS: Record<Schemas['RoutingDecision']['rule'], string> = {
  destinations: 'The alert names its destinations itself, and so their filters are not asked.',
  outputIds: 'The alert’s outputIds name its destinations, and so their filters are not asked.',
  filters: 'The destinations’ own filters decide.',
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  disabled: 'It is disabled.',
  notListed: 'The alert names others.',
  type: 'It does not take this alert type.',
  severity: 'It does not take this severity.',
  logType: 'It takes none of the alert’s log types.',
  requireLogType: 'It takes only alerts with a log type, and this one has none.',
};

/** @returns why a destination is left out, in words; a reason that is not known here, as the API gives it */
export function reasonWords(reason: string): string {
  return REASON_WORDS[reason] ?? reason;
}
