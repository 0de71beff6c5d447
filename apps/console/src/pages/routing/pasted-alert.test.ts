import { describe, expect, test } from '@jest/globals';
import { alertInputSchema } from '@tocsin/contract';
import { readPastedAlert, SAMPLE_ALERT } from './pasted-alert.ts';

test('the sample is an alert that the API takes', () => {
  expect(alertInputSchema.safeParse(JSON.parse(SAMPLE_ALERT)).success).toBe(true);
});

describe('a pasted text', () => {
  test('that is an object is an alert', () => {
    expect(readPastedAlert('{"id":"a"}')).toEqual({ kind: 'alert', alert: { id: 'a' } });
  });

  test.each([
    ['', /not JSON/],
    ['{"id":', /not JSON/],
    ['[{}]', /a list/],
    ['7', /JSON object/],
    ['null', /JSON object/],
  ])('%p is refused with its reason', (text, message) => {
    expect(readPastedAlert(text)).toEqual({ kind: 'fault', message: expect.stringMatching(message) });
  });
});
