import { generateApiKey } from '@tocsin/secrets';

const { id, key, secretHash } = generateApiKey();

/** The one key that may send alerts. */
export const PRODUCER_KEY = key;
export const PRODUCER = {
  id,
  name: 'producer',
  scopes: ['alerts:write' as const],
  secretHash,
  revokedAt: null,
};

/** An alert with all that is required. */
export function alertOf(alertId: string) {
  return {
    alertId,
    id: 'Rule.One',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'LOW',
    type: 'RULE',
    title: 'One',
  };
}

/** Alerts `<name>-0`, `<name>-1`, and so on. */
export function alertsOf(name: string, count: number) {
  return Array.from({ length: count }, (_, n) => alertOf(`${name}-${n}`));
}
