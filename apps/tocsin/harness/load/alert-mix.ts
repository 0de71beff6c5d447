import type { Random } from '../cases/random.ts';

/** How often each severity comes among a hundred alerts. */
const SHARES = [
  ['CRITICAL', 5],
  ['HIGH', 15],
  ['MEDIUM', 25],
  ['LOW', 25],
  ['INFO', 30],
] as const;
export type MixedSeverity = (typeof SHARES)[number][0];

const WHEEL: readonly MixedSeverity[] = SHARES.flatMap(([severity, share]) =>
  Array.from({ length: share }, () => severity),
);

export interface AlertToSend {
  alertId: string;
  severity: MixedSeverity;
  [field: string]: unknown;
}

/** Alerts of mixed severities, of 400 to 1,200 bytes, with ids that begin with `prefix`. */
export function createAlertMix(
  random: Random,
  prefix: string,
  fixed: { severity?: MixedSeverity; destinations?: readonly string[] } = {},
): () => AlertToSend {
  let number = 0;
  return () => {
    number += 1;
    const severity = fixed.severity ?? random.pick(WHEEL);
    const length = Math.floor(random.between(200, 1_000));
    return {
      ...{ alertId: `${prefix}-${number}`, id: 'Fault.Rule', createdAt: '2026-07-01T07:57:12Z', severity },
      ...{ type: 'RULE', title: `Alert ${number} of ${prefix}`, description: 'x'.repeat(length) },
      ...(fixed.destinations === undefined ? {} : { destinations: fixed.destinations }),
    };
  };
}
