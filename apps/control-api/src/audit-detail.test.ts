import { describe, expect, test } from '@jest/globals';
import { rowOf } from '../test/sample.ts';
import { describeDestination, describeUpdate, differingParts } from './audit-detail.ts';

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
    const urlParts = differingParts(
      'https://hooks.example.com/s3cr3t?a=1',
      'https://hooks.example.com/t0k3n?a=2',
    );
    const origin = 'https://hooks.example.com';
    expect(describeUpdate(secret, secret, { given: ['url'], urlParts, dropped: [] })).toEqual({
      url: { from: origin, to: origin, changed: ['path', 'query'] },
    });
  });

  test.each([
    ['https://a.example/x', 'https://A.example:443/./x', []],
    ['https://a.example/x', 'https://b.example/x', []],
    ['https://a.example/x?q=1', 'https://a.example/x?q=2', ['query']],
    ['https://a.example/x?q=1', 'https://a.example/y?q=1', ['path']],
    ['https://a.example/x', 'no URL', []],
  ])('from %s to %s, what differs is %j', (before, after, parts) => {
    expect(differingParts(before, after)).toEqual(parts);
  });
});
