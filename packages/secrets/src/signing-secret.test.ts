import { expect, test } from '@jest/globals';
import { generateSigningSecret } from './signing-secret.ts';

test('a signing secret is whsec_ and the base64 of 32 bytes, new each time', () => {
  const secret = generateSigningSecret();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  expect(generateSigningSecret()).not.toBe(secret);
});
