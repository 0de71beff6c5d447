import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createJsonScan, type JsonScanOptions, type JsonVerdict, scanJson } from './json-scan.ts';

const ANY = { depthMax: 1_000 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const scan = (text: string, options: JsonScanOptions = ANY) => scanJson(bytesOf(text), options);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the scan counts, counted on the parsed value. */
function measure(value: unknown): { values: number; depth: number } {
  if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 };
  const inner = Object.values(value).map(measure);
  return {
    values: 1 + inner.reduce((sum, { values }) => sum + values, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

/** JSON as programs and people write it, on one line or on many. */
const written = fc
  .tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', '\t', '  '))
  .map(([value, indent]) => JSON.stringify(value, null, indent));
const damaged = fc
  .tuple(
    written,
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '1', '-', 'e', '.', '\n', '\0', '\ud83d'),
  )
  .map(([text, place, piece]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + piece + text.slice(at + (place % 2));
  });
const pieces = fc
  .array(
    fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"',
      '\\',
      '0',
      '-',
      '1e9',
      '.5',
      'true',
      'nul',
      'null',
      ' ',
      '\t',
      '\r\n',
      '\ufeff',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('validity', () => {
  test('is what JSON.parse says, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(written, damaged, pieces), (text) => {
        expect(scan(text).kind === 'valid').toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    '01',
    '-',
    '1.',
    '.1',
    '1e',
    '1e+',
    '+1',
    '0x1',
    'NaN',
    'tru',
    '"\\x"',
    '"\\u12g4"',
    '"\t"',
    '[1,]',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{1:2}',
    '[}',
    '{]',
    '',
    ' ',
    '1 2',
    '[1]]',
    '"',
    '"\\',
    '"\\u1',
  ])('%j is none', (text) => {
    expect(isJson(text)).toBe(false);
    expect(scan(text).kind).toBe('malformed');
  });

  test.each([
    '0',
    '-0',
    '1e999',
    '-1.5E-3',
    '123456789012345678901234567890',
    '"\\ud800\\u0000"',
    '{"a":1,"a":2}',
    ' \r\n\t[ ] ',
    '{"":{}}',
  ])('%j is some', (text) => {
    expect(scan(text).kind).toBe('valid');
  });

  test('the place of a fault is returned', () => {
    expect(scan('{"a": nope}')).toEqual({ kind: 'malformed', at: 7 });
    expect(scan('[1')).toEqual({ kind: 'malformed', at: 2 });
  });
});

describe('what is counted', () => {
  test('is what the parsed value has', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(scan(text)).toEqual({ kind: 'valid', ...measure(JSON.parse(text)) });
      }),
      { numRuns: 2_000 },
    );
  });

  test('keys that are given twice are values twice', () => {
    expect(scan('{"a":1,"a":2}')).toEqual({ kind: 'valid', values: 3, depth: 1 });
  });

  test('each bound holds to the last one allowed', () => {
    expect(scan('[[[]]]', { depthMax: 3 }).kind).toBe('valid');
    expect(scan('[[[[]]]]', { depthMax: 3 }).kind).toBe('too_deep');
    expect(scan('[1,2]', { depthMax: 3, valuesMax: 3 }).kind).toBe('valid');
    expect(scan('[1,2,3]', { depthMax: 3, valuesMax: 3 }).kind).toBe('too_many_values');
    expect(scan('{"a":[1,2],"b":1,"c":1}', { depthMax: 3, entriesMax: 2 }).kind).toBe('valid');
    expect(scan('{"a":[1,2,3]}', { depthMax: 3, entriesMax: 2 }).kind).toBe('too_many_entries');
  });

  test('a bound that is broken ends the scan there and then', () => {
    const reports: number[] = [];
    const report = ({ start }: { start: number }) => reports.push(start) > 0;
    scan(`[${'1,'.repeat(100_000)}1]`, { depthMax: 3, valuesMax: 10, reportDepth: 1, report });
    expect(reports).toHaveLength(9);
  });
});

describe('a scan in slices', () => {
  test('comes to the same as one in one go, and reads no more than a slice at a time', () => {
    fc.assert(
      fc.property(fc.oneof(written, damaged), fc.integer({ min: 1, max: 9 }), (text, bytesMax) => {
        const bytes = bytesOf(text);
        const slices = createJsonScan(bytes, ANY);
        let verdict: JsonVerdict | null = null;
        let count = 0;
        while (verdict === null) {
          verdict = slices.advance(bytesMax);
          count += 1;
        }
        expect(verdict).toEqual(scan(text));
        expect(count).toBeLessThanOrEqual(Math.floor(bytes.length / bytesMax) + 1);
      }),
    );
  });
});

describe('reports', () => {
  function reportsOf(text: string, options: Partial<JsonScanOptions> = {}) {
    const found: unknown[] = [];
    const verdict = scan(text, {
      ...ANY,
      reportDepth: 1,
      ...options,
      report: ({ depth, kind, start, end, entries, keyStart, keyEnd, isTooDeep }) => {
        const key = keyStart < 0 ? null : text.slice(keyStart, keyEnd);
        found.push([depth, kind, key, text.slice(start, end), entries, isTooDeep]);
        return true;
      },
    });
    return { found, verdict };
  }

  test('name the outer values, children first, each with its key and its text as written', () => {
    expect(reportsOf('{"a" : [1 , {"x":2}], "b":1e999,"a":"\\n"}').found).toEqual([
      [1, 'array', '"a"', '[1 , {"x":2}]', 2, false],
      [1, 'number', '"b"', '1e999', 0, false],
      [1, 'string', '"a"', '"\\n"', 0, false],
      [0, 'object', null, '{"a" : [1 , {"x":2}], "b":1e999,"a":"\\n"}', 3, false],
    ]);
  });

  test('go on behind what is too deep, where that is asked for', () => {
    const { found, verdict } = reportsOf('[[[["]"]]],{"a":{"b":{}}},7]', { depthMax: 2, skipTooDeep: true });
    expect(found).toEqual([
      [1, 'array', null, '[[["]"]]]', 1, true],
      [1, 'object', null, '{"a":{"b":{}}}', 1, true],
      [1, 'number', null, '7', 0, false],
      [0, 'array', null, '[[[["]"]]],{"a":{"b":{}}},7]', 3, true],
    ]);
    expect(verdict.kind).toBe('valid');
    expect(reportsOf('['.repeat(100_000), { depthMax: 2, skipTooDeep: true }).verdict.kind).toBe('malformed');
  });

  test('end the scan where they say so', () => {
    let count = 0;
    const verdict = scan('[1,2,3,4]', { ...ANY, reportDepth: 1, report: () => ++count < 2 });
    expect([verdict.kind, count]).toEqual(['stopped', 2]);
  });
});
