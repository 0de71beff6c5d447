import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodePrintableJson, printable, printableLines, shorten } from './printable.ts';

describe('text for a terminal', () => {
  test('has its control characters spelled out, so that a title cannot clear the screen or fake a line', () => {
    expect(printable('a\u001b[2Jb\r\nc\td')).toBe('a\\u001b[2Jb\\r\\nc\\td');
    expect(printable('\u009b31m \u007f')).toBe('\\u009b31m \\u007f');
  });

  test('has marks that turn or hide text spelled out', () => {
    expect(printable('gpj\u202eexe.\u2066 \u200b\ufeff')).toBe('gpj\\u202eexe.\\u2066 \\u200b\\ufeff');
    expect(printable('\u{e0041}')).toBe('\\u{e0041}');
    expect(printable('\ud800x')).toBe('\\ud800x');
  });

  test('keeps every language and emoji', () => {
    const text = 'Ünïcode 日本語 עברית 👩‍💻 می‌خواهم';
    expect(printable(text)).toBe(text);
  });

  test('keeps line breaks where they may stand', () => {
    expect(printableLines('a\r\n\tb\u0007')).toEqual(['a', '  b\\u0007']);
  });

  test('is shortened by characters, not by halves of them', () => {
    expect(shorten('👍👍👍', 3)).toBe('👍👍👍');
    expect(shorten('👍👍👍', 2)).toBe('👍…');
  });
});

describe('JSON for a terminal', () => {
  test('means the same after its escapes, and holds no control character', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff })), (codes) => {
        const text = String.fromCodePoint(...codes);
        const json = encodePrintableJson({ text });
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ text })));
        expect(printable(json)).toBe(json);
      }),
    );
    expect(encodePrintableJson('\u009b \u202e \u{e0041}')).toBe('"\\u009b \\u202e \\udb40\\udc41"');
  });
});
