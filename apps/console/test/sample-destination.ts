import type { Destination } from '../src/api/client.ts';

/** A destination as the API shows it, for tests. */
export function destinationView(changes: Partial<Destination> = {}): Destination {
  return {
    id: '0192f0c1-2a3b-7c4d-8e5f-6a7b8c9d0e1f',
    displayName: 'Pager',
    url: 'https://pager.example/in',
    severities: ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'],
    alertTypes: ['RULE', 'POLICY'],
    logTypes: ['AWS.CloudTrail'],
    requireLogType: false,
    headers: [{ name: 'X-Api-Key', value: '********' }],
    signingSecret: '********',
    includeContext: false,
    enabled: true,
    paused: false,
    timeoutMs: 12_500,
    retry: { maxRetries: 10, baseDelayMs: 5_000, factor: 3, maxDelayMs: 21_600_000 },
    rateLimitPerSecond: null,
    maxInFlight: 256,
    health: healthView(),
    createdAt: '2026-07-01T08:00:00.000Z',
    updatedAt: '2026-07-01T08:00:00.000Z',
    ...changes,
  };
}

/** The record of a destination that never got anything. */
export function healthView(changes: Partial<Destination['health']> = {}): Destination['health'] {
  return {
    state: 'healthy',
    since: '2026-07-01T08:00:00.000Z',
    successRate: null,
    responseP50Ms: null,
    responseP95Ms: null,
    lastError: null,
    undelivered: 0,
    limit: 4,
    circuitOpenedAt: null,
    heldUntil: null,
    succeeded: 0,
    failed: 0,
    waiting: 0,
    queued: 0,
    consecutiveFailures: 0,
    lastSuccessAt: null,
    lastFailureAt: null,
    ...changes,
  };
}
