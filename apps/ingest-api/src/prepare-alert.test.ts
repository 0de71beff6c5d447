import { describe, expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { jsonText } from '@tocsin/json';
import { prepareAlert } from './prepare-alert.ts';

const BASE = {
  alertId: 'a',
  id: 'x',
  createdAt: '2026-07-01T07:57Z',
  severity: 'LOW',
  type: 'RULE',
  title: 'x',
};

const prepare = (fields: object, publicUrl = 'https://tocsin.example') =>
  prepareAlert(alertInputSchema.parse({ ...BASE, ...fields }), publicUrl);
const hashOf = (fields: object, publicUrl?: string) => prepare(fields, publicUrl).contentHash.toString('hex');

describe('the content of an alert', () => {
  const same = hashOf({});

  test.each([
    [
      'left out as null',
      { name: null, link: null, tags: null, alertContext: null, dedupKey: null, condition: null },
    ],
    [
      'given as what it would be',
      { description: '', runbook: '', tags: [], logTypes: [], outputIds: [], condition: 'firing' },
    ],
    ['nothing that an alert has', { unknown: 1 }],
  ])('is the same with a field %s', (_, fields) => expect(hashOf(fields)).toBe(same));

  test('is the same wherever the console is', () => {
    expect(hashOf({}, 'https://elsewhere.example')).toBe(same);
  });

  test.each([
    { id: 'y' },
    { createdAt: '2026-07-01T07:57:00Z' },
    { severity: 'HIGH' },
    { type: 'POLICY' },
    { title: 'y' },
    { name: '' },
    { link: '' },
    { description: 'y' },
    { runbook: 'y' },
    { tags: ['y'] },
    { version: '' },
    { logTypes: ['y'] },
    { destinations: [] },
    { outputIds: ['y'] },
    { alertContext: {} },
    { dedupKey: '' },
    { condition: 'resolved' },
  ])('is another with %j', (fields) => expect(hashOf(fields)).not.toBe(same));

  test('is another with a context that is written another way', () => {
    const texts = ['{"a":1}', '{"a": 1}', '{"a":1.0}', '{"a":1,"a":1}'];
    const hashes = texts.map((text) => hashOf({ alertContext: jsonText(text) }));
    expect(new Set(hashes).size).toBe(4);
    expect(hashOf({ alertContext: '{"a":1}' })).toBe(hashes[0]);
  });
});

test('an alert without an id gets one of its own', () => {
  const first = prepare({ alertId: null });
  expect(first.alertId).toMatch(/^[0-9a-f-]{36}$/);
  expect(prepare({ alertId: null }).alertId).not.toBe(first.alertId);
});
