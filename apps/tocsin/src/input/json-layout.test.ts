import { describe, expect, test } from '@jest/globals';
import { detectLayout } from './json-layout.ts';

describe('the layout of an input', () => {
  test.each([
    ['one object on its only line', '{"a":1}', true, 'lines'],
    ['NDJSON', '{"a":1}\n{"a":2}\n', false, 'lines'],
    ['NDJSON whose first line is broken', '{"a":\n{"a":2}\n', false, 'lines'],
    ['one broken line', '{"a":', true, 'lines'],
    ['something else', 'id,title\n', false, 'lines'],
    ['nothing', ' \n', true, 'lines'],
    ['an array', '\n [', false, 'array'],
    ['an object over several lines', '{\n  "a": 1\n}', false, 'values'],
    ['an object that opens with a field', '{ "a": 1,\n  "b": 2 }\n', false, 'values'],
  ])('is recognised: %s', (_, head, ended, layout) => {
    expect(detectLayout(Buffer.from(head), ended)).toBe(layout);
  });

  test.each([
    ['blank so far', '  \n'],
    ['a first line that has not ended', '{"a":1}'],
    ['a first line that is no object, and no second', '{\n'],
    ['a second line that has not ended', '{\n  "a"'],
  ])('waits for more: %s', (_, head) => expect(detectLayout(Buffer.from(head), false)).toBeNull());
});
