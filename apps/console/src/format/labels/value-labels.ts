/** From most to least urgent. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What each type of alert is called on the page. */
export const ALERT_TYPE_LABELS = {
  RULE: 'Rule',
  SCHEDULED_RULE: 'Scheduled rule',
  CORRELATION_RULE: 'Correlation rule',
  POLICY: 'Policy',
  RULE_ERROR: 'Rule error',
  SCHEDULED_RULE_ERROR: 'Scheduled rule error',
  CORRELATION_RULE_ERROR: 'Correlation rule error',
  SYSTEM_ERROR: 'System error',
} as const;
export type AlertType = keyof typeof ALERT_TYPE_LABELS;
export const ALERT_TYPES = Object.keys(ALERT_TYPE_LABELS) as AlertType[];

/** What the states of alerts and deliveries are called on the page, in the order of their lives. */
export const STATUS_LABELS = {
  routing: 'Routing',
  unrouted: 'Unrouted',
  pending: 'Pending',
  retrying: 'Retrying',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const;
export type Status = keyof typeof STATUS_LABELS;

/** Sorts chosen values into the order of `all`, so that choosing the same values again is not a change. */
export function inOrder<T extends string>(all: readonly T[], chosen: readonly string[]): T[] {
  return all.filter((value) => chosen.includes(value));
}
