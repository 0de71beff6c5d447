import { describe, expect, test } from '@jest/globals';
import { rowOf } from '../test/sample.ts';
import { describeDestination, describeUpdate } from './audit-detail.ts';

const secret = rowOf({
  headers: [{ name: 'X-Api-Key', sealed: 'k1:sealed-canary' }],
  signing_secret: 'k1:sealed-canary',
});

describe('what the audit log keeps', () => {
  test('names headers, and shows neither their values nor the secret, the path or the query of the URL', () => {
    const detail = describeDestination(secret);
    expect(detail).toMatchObject({
      url: 'https://hooks.example.com',
      headers: ['X-Api-Key'],
      signingSecret: 'set',
    });
    expect(JSON.stringify(detail)).not.toMatch(/canary|s3cr3t/);
  });

  test('of a change are the settings that were given, before and after', () => {
    const after = rowOf({ enabled: false, signing_secret: null });
    const given = ['id', 'enabled', 'signingSecret'];
    expect(describeUpdate(secret, after, { given, urlParts: [], dropped: ['headers.X-Api-Key'] })).toEqual({
      enabled: { from: true, to: false },
      signingSecret: { from: 'set', to: 'none' },
      droppedSecrets: ['headers.X-Api-Key'],
    });
    expect(describeUpdate(secret, after, { given: ['id'], urlParts: [], dropped: [] })).toEqual({});
  });

  test('of a changed path or query says that it changed, and not what it holds', () => {
    const origin = 'https://hooks.example.com';
    expect(
      describeUpdate(secret, secret, { given: ['url'], urlParts: ['path', 'query'], dropped: [] }),
    ).toEqual({
      url: { from: origin, to: origin, changed: ['path', 'query'] },
    });
  });
});
