import { expect, test } from '@jest/globals';
import { signingSecretSchema } from '@tocsin/contract';
import { createSigningSecret, isSigningSecret } from './signing-secret.ts';

test('a made secret is one that the API takes, and holds all 32 bytes', () => {
  const secret = createSigningSecret((bytes) => {
    crypto.getRandomValues(bytes);
  });
  expect(signingSecretSchema.safeParse(secret).success).toBe(true);
  expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
});

test('a made secret is made of the given randomness alone', () => {
  expect(createSigningSecret((bytes) => bytes.fill(0xfb))).toBe(
    `whsec_${Buffer.alloc(32, 0xfb).toString('base64')}`,
  );
});

test.each([
  `whsec_${Buffer.alloc(24).toString('base64')}`,
  `whsec_${Buffer.alloc(64).toString('base64')}`,
  `whsec_${Buffer.alloc(23).toString('base64')}`,
  `whsec_${Buffer.alloc(65).toString('base64')}`,
  Buffer.alloc(32).toString('base64'),
  'whsec_',
  'whsec_secret',
  `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`,
])('the form and the API agree about %s', (secret) => {
  expect(isSigningSecret(secret)).toBe(signingSecretSchema.safeParse(secret).success);
});
