import type { Schemas } from '../api/client.ts';

export type Scope = Schemas['ApiKey']['scopes'][number];

/** Every scope, with what it lets a key do. */
export const SCOPE_LABELS: Record<Scope, string> = {
  'alerts:write': 'Send alerts',
  'alerts:read': 'Read alerts, deliveries and statistics; preview routing',
  'destinations:read': 'Read destinations',
  'destinations:write': 'Add, change, test and delete destinations',
  'deliveries:resend': 'Send deliveries again',
  admin: 'Everything, including API keys and the audit log',
};
