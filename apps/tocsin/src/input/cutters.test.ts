import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CutterOptions, type CutValue, createJsonSplitter, type JsonSplitter } from './json-splitter.ts';
import { createLineCutter } from './line-cutter.ts';

/** Gives text in pieces of the given sizes, over and over. */
function inPieces(cutter: JsonSplitter, text: string, sizes: readonly number[] = [7]): CutValue[] {
  const bytes = Buffer.from(text);
  const found: CutValue[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    found.push(...cutter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...found, ...cutter.end()];
}

function brief(cut: CutValue): string {
  return cut.kind === 'value' ? `${cut.line}: ${cut.text}` : `${cut.line}! ${cut.message}`;
}

function cutValues(text: string, options: Partial<CutterOptions> = {}): string[] {
  return inPieces(createJsonSplitter({ layout: 'array', valueBytesMax: 1_000, ...options }), text).map(brief);
}

describe('lines', () => {
  const cut = (text: string) => inPieces(createLineCutter({ valueBytesMax: 10 }), text);

  test('are numbered with the blank ones, which are nothing', () => {
    expect(cut('a\n\n \r\nb\r\nc').map(brief)).toEqual(['1: a', '4: b\r', '5: c']);
  });

  test('that are too long are reported, and the next is read again', () => {
    expect(cut(`${'x'.repeat(50)}\nok\n`).map(brief)).toEqual([
      '1! longer than 10 bytes, which no request can carry',
      '2: ok',
    ]);
  });

  test('tell how far the input was read', () => {
    expect(cut('ab\ncd').map((value) => value.endOffset)).toEqual([3, 5]);
  });
});

describe('values of an array', () => {
  test('are cut as they stand', () => {
    expect(cutValues('[ {"a": 1.0},\n\n{"b":"]},{\\""} , 12345678901234567890,"x",[{}],null]')).toEqual([
      '1: {"a": 1.0}',
      '3: {"b":"]},{\\""}',
      '3: 12345678901234567890',
      '3: "x"',
      '3: [{}]',
      '3: null',
    ]);
  });

  test('may be none', () => expect(cutValues(' [ ] \n')).toEqual([]));

  test.each([
    ['[{},]', '1! a JSON value is missing here'],
    ['[,{}]', '1! a JSON value is missing here'],
    ['[{} {}]', '1! a comma or the end of the array is missing here'],
    ['[{}]{}', '1! there is text after the end of the array'],
    ['[{}', '1! the array does not end'],
    ['[{},\n{"a":', '2! the value that begins here does not end'],
    ['[{},\n"abc', '2! the value that begins here does not end'],
  ])('end with a fault where the array is broken: %j', (text, fault) => {
    expect(cutValues(text).at(-1)).toBe(fault);
  });

  test('that are too long are reported, and the next is read again', () => {
    const text = `[{"a":"${'x'.repeat(100)}"},{}]`;
    expect(cutValues(text, { valueBytesMax: 20 })).toEqual([
      '1! longer than 20 bytes, which no request can carry',
      '1: {}',
    ]);
  });

  test('come out the same however the bytes are split and the text is laid out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        fc.constantFrom(undefined, 2),
        (values, sizes, indent) => {
          const cutter = createJsonSplitter({ layout: 'array', valueBytesMax: 1_000_000 });
          const found = inPieces(cutter, JSON.stringify(values, null, indent), sizes);
          expect(found.map((cut) => (cut.kind === 'value' ? JSON.parse(String(cut.text)) : cut))).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
    );
  });
});

describe('values one after another', () => {
  test('are cut over line breaks', () => {
    expect(cutValues('{\n "a": 1\n}\n{\n}\n17', { layout: 'values' })).toEqual([
      '1: {\n "a": 1\n}',
      '4: {\n}',
      '6: 17',
    ]);
  });

  test('end with a fault where one does not end', () => {
    expect(cutValues('{}\n{"a":', { layout: 'values' })).toEqual([
      '1: {}',
      '2! the value that begins here does not end',
    ]);
    expect(cutValues('{}\n}', { layout: 'values' }).at(-1)).toBe('2! a JSON value is missing here');
  });
});
