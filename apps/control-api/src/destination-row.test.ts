import { describe, expect, test } from '@jest/globals';
import { destinationInputSchema } from '@tocsin/contract';
import { type DestinationsTable, toStoredDestination } from '@tocsin/store';
import type { Selectable } from 'kysely';
import { DESTINATION_ID, rowOf, SIGNING_SECRET, sealer } from '../test/sample.ts';
import { toChangedColumns, toNewRow } from './destination-row.ts';

const input = destinationInputSchema.parse({
  displayName: 'Pager',
  url: 'https://hooks.example.com/',
  headers: [{ name: 'X-Api-Key', value: 'header-canary' }],
  signingSecret: SIGNING_SECRET,
  retry: { maxRetries: 3 },
});

describe('a new destination as a row', () => {
  const row = toNewRow(DESTINATION_ID, input, sealer);

  test('holds no secret in the clear', () => {
    expect(JSON.stringify(row)).not.toMatch(/header-canary|whsec_/);
  });

  test('opens to what was given', () => {
    const read = {
      ...rowOf(),
      ...row,
      headers: JSON.parse(row.headers),
      retry: JSON.parse(row.retry),
    } as Selectable<DestinationsTable>;
    expect(toStoredDestination(read, sealer)).toMatchObject({
      headers: input.headers,
      signingSecret: SIGNING_SECRET,
      retry: { maxRetries: 3 },
      maxInFlight: 256,
    });
  });
});

describe('a change as columns', () => {
  test('sets what is named and nothing else', () => {
    expect(toChangedColumns(rowOf(), { enabled: false, rateLimitPerSecond: null }, sealer)).toEqual({
      enabled: false,
      rate_limit_per_second: null,
    });
  });

  test('changes retry settings one by one', () => {
    const row = rowOf({ retry: { maxRetries: 3, factor: 2 } });
    expect(toChangedColumns(row, { retry: { factor: 1.5 } }, sealer)).toEqual({
      retry: '{"maxRetries":3,"factor":1.5}',
    });
  });

  test.each([null, SIGNING_SECRET])('a signing secret ends a rotation (%#)', (signingSecret) => {
    const columns = toChangedColumns(rowOf(), { signingSecret }, sealer);
    expect(columns).toMatchObject({ previous_signing_secrets: '[]' });
    expect(columns.signing_secret === null).toBe(signingSecret === null);
  });
});
