import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { activeSecrets, createSigningKeys, signatures } from './signing.ts';

const NEW = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLD = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const OLDEST = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const content = { webhookId: 'msg_1', timestampSeconds: 1_700_000_000 };

describe('signatures', () => {
  // From the vectors of the Standard Webhooks libraries.
  test('equal the published example', () => {
    const signature = signatures({
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampSeconds: 1614265330,
      body: '{"test": 2432232314}',
    });
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test.each([
    ['text', '{"a":"é ☃ \\u0000"}'],
    ['bytes', Buffer.from([0x7b, 0x00, 0xff, 0x7d])],
    ['nothing', ''],
  ])('of a body of %s equal those of standardwebhooks, one for each secret', (_, body) => {
    const signature = signatures({ ...content, secrets: [NEW, OLD], body });
    const expected = [NEW, OLD].map((secret) =>
      typeof body === 'string'
        ? new Webhook(secret).sign('msg_1', new Date(1_700_000_000_000), body)
        : signatures({ ...content, secrets: [secret], body }),
    );
    expect(signature).toBe(expected.join(' '));
  });

  test('are the same with remembered keys, also after these were forgotten', () => {
    const keyOf = createSigningKeys(1);
    for (const secret of [NEW, OLD, NEW, NEW]) {
      const signed = { ...content, secrets: [secret], body: '{}' };
      expect(signatures(signed, keyOf)).toBe(signatures(signed));
    }
  });

  test('come from keys that are made once, up to a number of them', () => {
    const keyOf = createSigningKeys(2);
    const made = keyOf(NEW);
    keyOf(OLD);
    expect(keyOf(NEW)).toBe(made);
    keyOf(OLDEST);
    expect(keyOf(NEW)).not.toBe(made);
  });

  test('of no secrets are nothing', () => {
    expect(signatures({ ...content, secrets: [], body: '{}' })).toBe('');
  });

  test('refuse a malformed secret without showing it', () => {
    const canary = 'whsec_canary';
    expect(() => signatures({ ...content, secrets: [canary], body: '' })).toThrow(
      /^a signing secret is malformed$/,
    );
  });
});

describe('the secrets that sign', () => {
  const until = new Date('2026-01-02T00:00:00Z');
  const later = new Date('2026-01-03T00:00:00Z');
  const rotated = {
    signingSecret: NEW,
    previousSigningSecrets: [
      { secret: OLD, signsUntil: later },
      { secret: OLDEST, signsUntil: until },
    ],
  };

  test('are all until each previous one ends, the new one first', () => {
    expect(activeSecrets(rotated, until.getTime() - 1)).toEqual([NEW, OLD, OLDEST]);
    expect(activeSecrets(rotated, until.getTime())).toEqual([NEW, OLD]);
    expect(activeSecrets(rotated, later.getTime())).toEqual([NEW]);
  });

  test('are none without a secret, whatever came before', () => {
    expect(activeSecrets({ ...rotated, signingSecret: null }, 0)).toEqual([]);
  });

  test('are one where nothing was rotated', () => {
    expect(activeSecrets({ signingSecret: NEW, previousSigningSecrets: [] }, 0)).toEqual([NEW]);
  });
});
