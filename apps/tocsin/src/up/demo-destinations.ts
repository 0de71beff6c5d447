/** A destination of the demo, as `POST /v1/destinations` takes it, but for its address. */
export interface DemoDestination {
  id: string;
  path: string;
  settings: Record<string, unknown> & { displayName: string };
}

/** How often the demo's ticket system refuses each delivery before accepting it. */
export const TICKETS_FAIL_FIRST = 1;

/** One destination for all alerts, one by severity, and one that fails at first, to show a retry. */
export const DEMO_DESTINATIONS: readonly DemoDestination[] = [
  {
    id: '6f1d2c1e-0c5b-4f0e-9a57-3a1f6f0d0001',
    path: '/archive',
    settings: { displayName: 'Demo: archive (everything)' },
  },
  {
    id: '6f1d2c1e-0c5b-4f0e-9a57-3a1f6f0d0002',
    path: '/pager',
    settings: { displayName: 'Demo: pager (critical and high)', severities: ['CRITICAL', 'HIGH'] },
  },
  {
    id: '6f1d2c1e-0c5b-4f0e-9a57-3a1f6f0d0003',
    path: '/tickets',
    settings: {
      displayName: 'Demo: tickets (fails at first)',
      severities: ['CRITICAL', 'HIGH', 'MEDIUM'],
      alertTypes: ['RULE', 'POLICY'],
      retry: { baseDelayMs: 1_500, factor: 2 },
    },
  },
];
