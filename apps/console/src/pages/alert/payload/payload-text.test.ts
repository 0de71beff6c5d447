import { expect, test } from '@jest/globals';
import { alertInputSchema, encodePayload } from '@tocsin/contract';
import { payloadOf, visibleJson } from './payload-text.ts';

const alert = {
  ...alertInputSchema.parse({
    id: 'A',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'HIGH',
    type: 'RULE',
    title: 'U+0000 \0, a half \ud800, 東京, it’s "quoted"',
    alertId: 'a-1',
    tags: ['x'],
  }),
  alertId: 'a-1',
};

test('the payload is, byte for byte, what destinations receive', () => {
  const sent = encodePayload(alert, 'https://tocsin.example');
  const view = { ...JSON.parse(sent), logTypes: [], receivedAt: 'x', status: 'pending', routing: null };
  // The API may answer with the keys in any order.
  const reversed = Object.fromEntries(Object.entries(view).reverse()) as Parameters<typeof payloadOf>[0];
  expect(visibleJson(payloadOf(reversed))).toBe(sent);
});

test('nothing is hidden in what is shown, and it means the same', () => {
  const value = { title: 'safe \u202Eevil\u2066 \u009b2J \u007f \u200f' };
  const text = visibleJson(value, 2);
  expect(text).toBe('{\n  "title": "safe \\u202eevil\\u2066 \\u009b2J \\u007f \\u200f"\n}');
  expect(JSON.parse(text)).toEqual(value);
});
