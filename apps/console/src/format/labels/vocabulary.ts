import type { Schemas } from '../../api/client.ts';

export type Destination = Schemas['Destination'];
export type Severity = Destination['severities'][number];
export type AlertType = Destination['alertTypes'][number];

/** From most to least urgent. */
export const SEVERITIES: readonly Severity[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'];

/** What each type of alert is called on the page. */
export const ALERT_TYPE_NAMES: Readonly<Record<AlertType, string>> = {
  RULE: 'Rule',
  SCHEDULED_RULE: 'Scheduled rule',
  CORRELATION_RULE: 'Correlation rule',
  POLICY: 'Policy',
  RULE_ERROR: 'Rule error',
  SCHEDULED_RULE_ERROR: 'Scheduled rule error',
  CORRELATION_RULE_ERROR: 'Correlation rule error',
  SYSTEM_ERROR: 'System error',
};

export const ALERT_TYPES = Object.keys(ALERT_TYPE_NAMES) as AlertType[];

/** Puts chosen values into the order of all, so that choosing the same ones again is no change. */
export function inOrder<T extends string>(all: readonly T[], chosen: readonly string[]): T[] {
  return all.filter((value) => chosen.includes(value));
}
