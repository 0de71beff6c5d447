import type { Scope } from '../session/scopes.ts';

/** What a key must be allowed for each page to have something to show; pages that are not here are everybody's. */
export const PAGE_SCOPES: Readonly<Partial<Record<string, Scope>>> = {
  '/alerts': 'alerts:read',
  '/alerts/:alertId': 'alerts:read',
  '/deliveries': 'alerts:read',
  '/destinations': 'destinations:read',
  '/destinations/new': 'destinations:write',
  '/destinations/:id': 'destinations:read',
  '/routing': 'alerts:read',
  '/api-keys': 'admin',
  '/audit-log': 'admin',
  '/queues': 'alerts:read',
};
