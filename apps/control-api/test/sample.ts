import { ALERT_TYPES, SEVERITIES } from '@tocsin/contract';
import { createEgressPolicy, parseCidrList } from '@tocsin/egress';
import { createSealer, generateSecretKeys, parseSecretKeys } from '@tocsin/secrets';
import { sealContext } from '@tocsin/store';
import type { DestinationRow } from '../src/destination-row.ts';

export const DESTINATION_ID = '00000000-0000-4000-8000-000000000001';
export const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export const SECRET_URL = 'https://hooks.example.com/T000/B000/s3cr3t-path?token=s3cr3t-query';

export const sealer = createSealer(parseSecretKeys(generateSecretKeys()));

/** What an installation allows by default: public addresses only. */
export const strictPolicy = createEgressPolicy({ allow: [] });
export const loopbackPolicy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8') });

/** A stored destination without secrets, but for what is given. */
export function rowOf(changes: Partial<DestinationRow> = {}): DestinationRow {
  return {
    id: DESTINATION_ID,
    display_name: 'Pager',
    url_origin: 'https://hooks.example.com',
    sealed_url: sealer.seal(SECRET_URL, sealContext.url(DESTINATION_ID)),
    severities: [...SEVERITIES],
    alert_types: [...ALERT_TYPES],
    log_types: [],
    require_log_type: false,
    headers: [],
    signing_secret: null,
    previous_signing_secrets: [],
    include_context: false,
    paused: false,
    enabled: true,
    timeout_ms: 10_000,
    retry: {},
    rate_limit_per_second: null,
    max_in_flight: 256,
    revision: 7,
    bytes: 0,
    created_at: new Date('2026-07-01T00:00:00Z'),
    updated_at: new Date('2026-07-01T00:00:00Z'),
    deleted_at: null,
    revived_at: null,
    ...changes,
  };
}
