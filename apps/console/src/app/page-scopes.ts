import type { Scope } from '../session/scopes.ts';

/** The scope that each page needs to show anything; pages not listed here are open to every key. */
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
