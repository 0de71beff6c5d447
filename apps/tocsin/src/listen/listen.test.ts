import { describe, expect, test } from '@jest/globals';
import pc from 'picocolors';
import { Webhook } from 'standardwebhooks';
import { createAnswerPolicy } from './answer-policy.ts';
import { createArrivalCounter } from './arrival-counter.ts';
import { bodyJson, deliveryLine, deliveryRecord } from './describe-delivery.ts';
import type { ReceivedDelivery } from './receiver.ts';
import { createSignatureVerifier } from './verify-signature.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const colors = pc.createColors(false);

test('the first requests of an id fail, and later ones get the status', () => {
  const policy = createAnswerPolicy({ failFirst: 2, status: 204, delayMs: 5 });
  const statuses = [1, 2, 3, 4].map((arrival) => policy({ path: '/', webhookId: 'a', arrival }).status);
  expect(statuses).toEqual([500, 500, 204, 204]);
  expect(createAnswerPolicy()({ path: '/', webhookId: '', arrival: 1 })).toEqual({ status: 200, delayMs: 0 });
});

test('arrivals are counted by id; requests without one are each the first', () => {
  const count = createArrivalCounter();
  expect([count('a'), count('a'), count('b'), count(''), count('')]).toEqual([1, 2, 1, 1, 1]);
});

test('an id unseen for ten thousand others is forgotten', () => {
  const count = createArrivalCounter();
  count('old');
  for (let n = 0; n < 10_000; n += 1) count(`id-${n}`);
  expect(count('old')).toBe(1);
});

describe('a signature', () => {
  const body = Buffer.from('{"a":1}');
  function headers(secret: string, at = new Date()) {
    return {
      'webhook-id': 'd-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('d-1', at, body.toString()),
    };
  }

  test('is valid by any of the secrets', () => {
    const verify = createSignatureVerifier([OTHER, SECRET]);
    expect(verify(body, headers(SECRET))).toEqual({ kind: 'valid' });
  });

  test.each([
    ['another secret', createSignatureVerifier([OTHER]), headers(SECRET), body],
    ['another body', createSignatureVerifier([SECRET]), headers(SECRET), Buffer.from('{"a":2}')],
    ['none', createSignatureVerifier([SECRET]), {}, body],
    ['an old one', createSignatureVerifier([SECRET]), headers(SECRET, new Date(Date.now() - 600_000)), body],
  ])('is invalid: %s', (_, verify, given, bytes) => {
    expect(verify(bytes, given)).toMatchObject({ kind: 'invalid' });
  });

  test('is not checked without a secret', () => {
    expect(createSignatureVerifier([])(body, {})).toEqual({ kind: 'unchecked' });
  });

  test.each(['', 'whsec_', 'whsec_AA==', 'secret'])(
    'is not checked with %j, which is no secret',
    (secret) => {
      expect(() => createSignatureVerifier([secret])).toThrow(/24 to 64 bytes/);
    },
  );
});

describe('a delivery in words', () => {
  const delivery: ReceivedDelivery = {
    receivedAt: new Date('2026-07-01T08:00:01Z'),
    path: '/hook',
    webhookId: 'd-1',
    arrival: 2,
    headers: { 'x-api-key': 'k' },
    body: Buffer.from(JSON.stringify({ severity: 'HIGH', title: 'own\u001b[2Jed' })),
    signature: { kind: 'invalid', reason: 'No matching signature found' },
    answer: { status: 500, delayMs: 0 },
  };

  test('is one line without control characters', () => {
    expect(deliveryLine(delivery, colors)).toBe(
      '08:00:01  500  /hook  HIGH     own\\u001b[2Jed  attempt 2  signature invalid: No matching signature found',
    );
  });

  test('says where a body is no alert', () => {
    const line = deliveryLine({ ...delivery, body: Buffer.from('<x>') }, colors);
    expect(line).toContain('(not an alert)');
    expect(bodyJson({ ...delivery, body: Buffer.from('<x>\u009b') })).toBe('"<x>\\u009b"');
  });

  test('has headers as data only where they are asked for', () => {
    expect(deliveryRecord(delivery, false)).not.toHaveProperty('headers');
    expect(deliveryRecord(delivery, true)).toMatchObject({
      headers: { 'x-api-key': 'k' },
      signature: 'invalid',
    });
  });
});
