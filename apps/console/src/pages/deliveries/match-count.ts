import type { Schemas } from '../../api/client.ts';
import { countText } from '../../format/counts.ts';

export type MatchCount = Pick<Schemas['BulkResend'], 'matched' | 'atLeast'> & {
  /** Of missing alerts alone. */
  oldestReceivedAt?: string | null;
  critical?: number;
};

/** `1 alert is missing`, `3 alerts are missing` */
export function missingText(count: MatchCount): string {
  return `${matchedText(count)} ${count.matched === 1 ? 'alert is' : 'alerts are'} missing`;
}

/** `1,234`, or `at least 200,000` where no more were counted. */
export function matchedText({ matched, atLeast }: MatchCount): string {
  return `${atLeast === true ? 'at least ' : ''}${countText(matched)}`;
}

/** Where counting stopped before it found one; null otherwise. */
export function noneFoundText({ matched, atLeast }: MatchCount, within: string): string | null {
  return matched === 0 && atLeast === true ? `None found ${within}; there may be some.` : null;
}

/** `2 are CRITICAL`; of a count that stopped early, that there may be more. */
export function criticalText({ critical = 0, atLeast }: MatchCount): string {
  const be = critical === 1 ? 'is' : 'are';
  return atLeast === true
    ? `at least ${countText(critical)} of them ${be} CRITICAL (counting stopped after 5 s)`
    : `${countText(critical)} ${be} CRITICAL`;
}

/** Whether nothing matches, for certain. */
export function isNothing({ matched, atLeast }: MatchCount): boolean {
  return matched === 0 && atLeast !== true;
}
