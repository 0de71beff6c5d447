import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseCidrList } from './cidr-list.ts';
import { peerFault, trustBesidesDefaults } from './guarded-agents.ts';
import { createEgressPolicy } from './policy.ts';

const policy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8'), ownAddresses: () => [] });

describe('peerFault', () => {
  test('passes a public peer and one in an allowed range', () => {
    expect(peerFault(policy, 'example.com', 443, '1.1.1.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '127.0.0.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '::ffff:127.0.0.1')).toBeNull();
  });

  test('refuses a forbidden peer, and a forbidden name at a public peer', () => {
    expect(peerFault(policy, 'example.com', 443, '10.0.0.1')).toMatchObject({ code: 'egress_blocked' });
    expect(peerFault(policy, 'receiver', 443, '1.1.1.1')).toMatchObject({ code: 'egress_blocked' });
  });

  test('takes a peer that has gone for a reset connection, not for a forbidden address', () => {
    expect(peerFault(policy, 'example.com', 443, undefined)).toMatchObject({ code: 'ECONNRESET' });
  });
});

const certificate = readFileSync(
  new URL('../test/fixtures/receiver-certificate.pem', import.meta.url),
  'utf8',
);

describe('trustBesidesDefaults', () => {
  test('takes one certificate or several, with text around them', () => {
    expect(() => trustBesidesDefaults(certificate)).not.toThrow();
    expect(() => trustBesidesDefaults(`our root\n${certificate}\nand again\r\n${certificate}`)).not.toThrow();
  });

  test.each(['', 'nonsense', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'refuses %j, which holds no certificate',
    (pem) => {
      expect(() => trustBesidesDefaults(pem)).toThrow('holds no PEM certificate');
    },
  );

  test('says which certificate can not be read', () => {
    const broken = certificate.replace(/\n[^-\n]{60}/, '\nAAAA');
    expect(() => trustBesidesDefaults(`${certificate}${broken}`)).toThrow(
      "certificate 2 in the CA file can't be read",
    );
  });
});
