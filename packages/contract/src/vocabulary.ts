/** Severities from most to least urgent; a severity's rank is its place here, 0 for `CRITICAL`. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ALERT_TYPES = [
  'RULE',
  'SCHEDULED_RULE',
  'CORRELATION_RULE',
  'POLICY',
  'RULE_ERROR',
  'SCHEDULED_RULE_ERROR',
  'CORRELATION_RULE_ERROR',
  'SYSTEM_ERROR',
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** Whether what an alert is about goes on or is over. */
export const CONDITIONS = ['firing', 'resolved'] as const;
export type Condition = (typeof CONDITIONS)[number];

export const DELIVERY_STATUSES = ['pending', 'retrying', 'succeeded', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const ALERT_STATUSES = ['routing', 'unrouted', 'pending', 'succeeded', 'failed', 'cancelled'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

export const ATTEMPT_TRIGGERS = ['auto', 'resend', 'test'] as const;
export type AttemptTrigger = (typeof ATTEMPT_TRIGGERS)[number];

/** Stable codes of a failed attempt; `expired` is a delivery's own end, not an attempt's. */
export const ATTEMPT_ERROR_CODES = [
  'timeout',
  'dns',
  'connection_refused',
  'connection_reset',
  'unreachable',
  'tls',
  'blocked_address',
  'protocol',
  'http_status',
  'internal',
] as const;
export type AttemptErrorCode = (typeof ATTEMPT_ERROR_CODES)[number];

/** Why a delivery failed, or is retried. */
export const FAILURE_CODES = [...ATTEMPT_ERROR_CODES, 'expired'] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export const ROUTING_RULES = ['destinations', 'outputIds', 'filters'] as const;
export type RoutingRule = (typeof ROUTING_RULES)[number];

/**
 * Why a decision leaves a destination out: it is disabled; with `explain`, the alert lists others or a filter says no; of
 * a failure notice, it is about the destination's own failures, or deliveries fail there. Stored decisions hold no other
 * reason. Before a router gives a new one, the status service has to know it.
 */
export const SKIP_REASONS = [
  'disabled',
  'notListed',
  'type',
  'severity',
  'logType',
  'requireLogType',
  'ownFailures',
  'failing',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** In an alert’s `destinations`: send nowhere. So no destination may have it as its display name. */
export const SKIP = 'SKIP';

/** What a destination's latest attempts came to. */
export const ATTEMPTED_HEALTH = ['healthy', 'degraded', 'failing'] as const;
export type AttemptedHealth = (typeof ATTEMPTED_HEALTH)[number];

/** How a destination is: one that is disabled or paused makes no attempts to go by. */
export const HEALTH_STATES = [...ATTEMPTED_HEALTH, 'paused', 'disabled'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export const SCOPES = [
  'alerts:write',
  'alerts:read',
  'destinations:read',
  'destinations:write',
  'deliveries:resend',
  'admin',
] as const;
/** What an API key may do; `admin` includes every other scope. */
export type Scope = (typeof SCOPES)[number];

/** @returns the severity's rank: 0 for `CRITICAL` to 4 for `INFO`. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Whether a text can be kept in a database column and shown on one line: it holds no control character and no line break. */
export function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}
