import { expect, test } from '@jest/globals';
import { indentJson } from './indent-json.ts';
import { memberText } from './member-text.ts';

const CONTEXT =
  '{ "b":1e999,"10":1.0, "2":12345678901234567890,"a":1,"a":2,"__proto__":{"x":1.50},"s":"東京\\u0041\\/\\"}," }';

test('a member’s text is as it was written', () => {
  const text = `{"title":"alertContext","routing":{"alertContext":{}},"alertContext":${CONTEXT},"x":1}`;
  expect(memberText(text, 'alertContext')).toBe(CONTEXT);
  expect(memberText('{"a":1.0,"a": 2.0 }', 'a')).toBe('2.0');
});

test.each(['{"x":1}', '[{"a":1}]', '{"b":{"a":1}}', '"a"'])('%s has no such member', (text) => {
  expect(memberText(text, 'a')).toBeUndefined();
});

test('indenting moves tokens to lines and leaves each as it was written', () => {
  expect(indentJson(`{"a":[ ],"e":{},"l":[1.0,-2e5],"c":${CONTEXT}}`)).toBe(
    [
      '{',
      '  "a": [],',
      '  "e": {},',
      '  "l": [',
      '    1.0,',
      '    -2e5',
      '  ],',
      '  "c": {',
      '    "b": 1e999,',
      '    "10": 1.0,',
      '    "2": 12345678901234567890,',
      '    "a": 1,',
      '    "a": 2,',
      '    "__proto__": {',
      '      "x": 1.50',
      '    },',
      '    "s": "東京\\u0041\\/\\"},"',
      '  }',
      '}',
    ].join('\n'),
  );
});

test('what is nested very deeply is indented in proportion', () => {
  const levels = 20_000;
  const deep = `${'['.repeat(levels)}1${']'.repeat(levels)}`;
  expect(indentJson(deep).length).toBeLessThan(levels * 2 * 140);
});
