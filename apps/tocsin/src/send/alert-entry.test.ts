import { describe, expect, test } from '@jest/globals';
import { alertIdSchema } from '@tocsin/contract';
import fc from 'fast-check';
import type { CutValue } from '../input/json-splitter.ts';
import { contentId, toEntry } from './alert-entry.ts';

function cut(text: string | Buffer): CutValue {
  return { kind: 'value', line: 3, endOffset: 99, text: Buffer.from(text) };
}

function entryOf(text: string, assignIds = true) {
  const entry = toEntry(cut(text), 2, assignIds);
  if (entry.kind !== 'alert') throw new Error(`rejected: ${entry.rejection.message}`);
  return entry;
}

describe('an alert without an alertId', () => {
  test('is given one that follows from its text, and is one that the API takes', () => {
    const first = entryOf('{"title":"a"}');
    expect(first).toMatchObject({ item: 2, line: 3, assigned: true, alertId: contentId('{"title":"a"}') });
    expect(entryOf('{"title":"a"}\r').alertId).toBe(first.alertId);
    expect(entryOf('{"title":"b"}').alertId).not.toBe(first.alertId);
    expect(alertIdSchema.safeParse(first.alertId).success).toBe(true);
    expect(first.alertId).toMatch(/^send-[0-9a-f]{40}$/);
  });

  test('keeps the rest of its text as it was', () => {
    const text = '{"n": 1.0, "big": 12345678901234567890, "s": "\\u00e9 }"}';
    const entry = entryOf(text);
    expect(entry.text).toBe(`${text.slice(0, -1)},"alertId":"${entry.alertId}"}`);
    expect(entry.bytes).toBe(Buffer.byteLength(entry.text));
  });

  test.each(['{}', '{ }', '{"alertId":null}', '{"a":{}}', '{"a":1}  '])(
    '%s becomes JSON with that id',
    (text) => {
      const entry = entryOf(text);
      expect(JSON.parse(entry.text)).toEqual({ ...JSON.parse(text), alertId: entry.alertId });
    },
  );

  test('keeps its line breaks and all else, but for the id at its end', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const { alertId: _, ...rest } = JSON.parse(JSON.stringify(fields));
        const text = JSON.stringify(rest, null, 2).replaceAll('\n', '\r\n');
        const entry = entryOf(text);
        expect(entry.text.startsWith(text.slice(0, -1))).toBe(true);
        expect(JSON.parse(entry.text)).toEqual({ ...rest, alertId: entry.alertId });
      }),
    );
  });

  test('stays without where ids are not assigned', () => {
    expect(entryOf('{"title":"a"}', false)).toMatchObject({
      text: '{"title":"a"}',
      alertId: null,
      assigned: false,
    });
  });
});

test('an alert with an alertId is sent as it is', () => {
  expect(entryOf(' {"alertId":"A-1"} ')).toMatchObject({
    text: '{"alertId":"A-1"}',
    alertId: 'A-1',
    assigned: false,
  });
});

test.each([
  ['{"a":', 'malformed_body', /^not JSON/],
  ['[1]', 'invalid_alert', /not a JSON object/],
  ['null', 'invalid_alert', /not a JSON object/],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'malformed_body', /not UTF-8/],
])('%s is rejected before it is sent', (text, code, message) => {
  expect(toEntry(cut(text), 2, true)).toMatchObject({
    kind: 'rejected',
    item: 2,
    rejection: { item: 2, line: 3, code, message: expect.stringMatching(message) },
  });
});
