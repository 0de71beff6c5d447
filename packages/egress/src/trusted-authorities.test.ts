import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { trustBesidesDefaults } from './trusted-authorities.ts';

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
