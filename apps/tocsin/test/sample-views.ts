import type {
  AlertDetail,
  AlertInput,
  BulkResendProgress,
  DeliveryItem,
  DeliveryView,
  DestinationView,
} from '@tocsin/contract';
import { ALERT_TYPES, DEFAULT_RETRY_POLICY, SEVERITIES } from '@tocsin/contract';

const AT = '2026-07-01T08:00:00.000Z';

/** A valid alert as a producer sends it. */
export function sampleAlert(
  fields: Partial<Record<keyof AlertInput, unknown>> = {},
): Record<string, unknown> {
  return {
    id: 'Okta.Admin.Role.Assigned',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'HIGH',
    type: 'RULE',
    title: 'Okta admin role assigned',
    ...fields,
  };
}

export function sampleDestination(fields: Partial<DestinationView> = {}): DestinationView {
  return {
    id: 'b383e752-440f-4454-8bae-1968eda65f9b',
    displayName: 'On-call',
    url: 'https://hooks.example.com/page',
    severities: [...SEVERITIES],
    alertTypes: [...ALERT_TYPES],
    logTypes: [],
    requireLogType: false,
    headers: [{ name: 'X-Team', value: '********' }],
    signingSecret: null,
    includeContext: false,
    enabled: true,
    paused: false,
    timeoutMs: 10_000,
    retry: DEFAULT_RETRY_POLICY,
    rateLimitPerSecond: null,
    maxInFlight: 256,
    health: {
      state: 'healthy',
      since: AT,
      successRate: 0.99,
      responseP50Ms: 84,
      responseP95Ms: 310,
      lastError: null,
      undelivered: 1,
      limit: 4,
      circuitOpenedAt: null,
      heldUntil: null,
      succeeded: 1_133,
      failed: 2,
      waiting: 0,
      queued: 1,
      consecutiveFailures: 0,
      lastSuccessAt: AT,
      lastFailureAt: null,
    },
    createdAt: AT,
    updatedAt: AT,
    ...fields,
  };
}

export function sampleDelivery(fields: Partial<DeliveryView> = {}): DeliveryView {
  return {
    id: '4f1c2b1e-5a46-4a0f-9a43-5f6d0f1c2b1e',
    alertId: 'A-17',
    destinationId: 'b383e752-440f-4454-8bae-1968eda65f9b',
    destinationName: 'On-call',
    destinationState: 'enabled',
    alertTitle: 'Okta admin role assigned',
    alertSeverity: 'HIGH',
    status: 'retrying',
    waitingFor: 'retry',
    round: 1,
    failureCode: null,
    nextAttemptAt: '2026-07-01T08:00:45.000Z',
    createdAt: AT,
    updatedAt: AT,
    attemptCount: 1,
    nextCursor: null,
    attempts: [
      {
        round: 1,
        number: 1,
        trigger: 'auto',
        startedAt: AT,
        durationMs: 12.4,
        timings: { dnsMs: null, connectMs: 1, tlsMs: null, firstByteMs: 10 },
        address: '203.0.113.7',
        statusCode: 503,
        responseBody: 'come back \u001b[31mlater\nplease',
        responseTruncated: false,
        repeated: false,
        location: null,
        responseContentType: 'text/plain',
        error: { code: 'http_status', message: 'The destination answered 503.' },
      },
    ],
    ...fields,
  };
}

/** A delivery as lists have it. */
export function itemOf({ attempts, nextCursor: _, ...state }: DeliveryView): DeliveryItem {
  const last = attempts.at(-1);
  const { statusCode, responseBody, error } = last ?? { statusCode: null, responseBody: null, error: null };
  return { ...state, lastAttempt: last === undefined ? null : { statusCode, responseBody, error } };
}

export function sampleAlertDetail(fields: Partial<AlertDetail> = {}): AlertDetail {
  return {
    id: 'Okta.Admin.Role.Assigned',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'HIGH',
    type: 'RULE',
    link: 'https://tocsin.example.com/alerts/A-17',
    title: 'Okta admin role assigned',
    name: null,
    alertId: 'A-17',
    description: 'Line one\nLine two',
    runbook: '',
    tags: ['Okta'],
    version: null,
    logTypes: ['Okta.SystemLog'],
    destinations: null,
    outputIds: [],
    dedupKey: null,
    condition: 'firing',
    receivedAt: AT,
    status: 'pending',
    routing: {
      rule: 'filters',
      destinationIds: ['b383e752-440f-4454-8bae-1968eda65f9b'],
      skipped: [],
      notes: [],
      decidedAt: AT,
    },
    counts: { open: 1, succeeded: 0, failed: 0, cancelled: 0 },
    deliveries: [sampleDelivery()],
    nextCursor: null,
    ...fields,
  };
}

export function sampleResend(fields: Partial<BulkResendProgress> = {}): BulkResendProgress {
  return {
    id: '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11',
    destinationId: 'b383e752-440f-4454-8bae-1968eda65f9b',
    destinationName: 'On-call',
    status: ['failed'],
    severities: null,
    errorCodes: null,
    outcome: { queued: 1_234, succeeded: 1_234, open: 0, failed: 0 },
    since: '2026-06-30T08:00:00.000Z',
    until: AT,
    state: 'done',
    matched: 1_234,
    resent: 1_234,
    skipped: 0,
    createdBy: 'Operator (op)',
    createdAt: AT,
    updatedAt: AT,
    ...fields,
  };
}
