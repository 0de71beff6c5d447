import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { readItems } from './read-items.ts';

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';

function refusal(body: string | Buffer, type: string): ProblemError {
  try {
    readItems(Buffer.from(body as string), type);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a JSON body', () => {
  test('of one object is a lone alert', () => {
    expect(readItems(Buffer.from('{"id":"x"}'), JSON_TYPE)).toEqual({
      lone: true,
      items: [{ kind: 'parsed', value: { id: 'x' }, bytes: 10 }],
    });
  });

  test('of an array is many, in order', () => {
    const { lone, items } = readItems(Buffer.from('[1,{"a":2}]'), JSON_TYPE);
    expect(lone).toBe(false);
    expect(items.map((item) => item.kind === 'parsed' && item.value)).toEqual([1, { a: 2 }]);
  });

  test.each([
    ['cut off', '[{"id":'],
    ['empty', ''],
    ['two values', '{} {}'],
  ])('that is %s is malformed', (_, body) => expect(refusal(body, JSON_TYPE).code).toBe('malformed_body'));

  test('that is not UTF-8 is malformed', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0x22]), JSON_TYPE).code).toBe('malformed_body');
  });

  test('the refusal does not quote the body', () => {
    expect(refusal('{"password": hunter2}', JSON_TYPE).detail).not.toContain('hunter2');
  });

  test('of 1,001 alerts is too many', () => {
    expect(refusal(JSON.stringify(Array(1_001).fill({})), JSON_TYPE).code).toBe('too_many_alerts');
  });

  test('of no alerts is refused', () => {
    expect(refusal('[]', JSON_TYPE).code).toBe('invalid_alert');
  });

  test('measures each alert of a large array, also one that nests too deeply to be written', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const { items } = readItems(Buffer.from(`[{"a":"${'x'.repeat(300_000)}"},{"b":1},${deep}]`), JSON_TYPE);
    expect(items.map((item) => item.kind === 'parsed' && item.bytes)).toEqual([
      300_008,
      7,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('an NDJSON body', () => {
  test('is one alert a line; blank lines are nothing', () => {
    const { lone, items } = readItems(Buffer.from('\n{"a":1}\r\n   \n{"a":2}'), NDJSON);
    expect(lone).toBe(false);
    expect(items.map((item) => item.kind === 'parsed' && item.value)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('with a line that is not JSON, or not UTF-8, has that one item unreadable', () => {
    const body = Buffer.concat([
      Buffer.from('{"a":1}\nnope\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('{"a":2}\n'),
    ]);
    expect(readItems(body, NDJSON).items.map((item) => item.kind)).toEqual([
      'parsed',
      'unreadable',
      'unreadable',
      'parsed',
    ]);
  });

  test('of blank lines alone is refused', () => {
    expect(refusal('\n\n', NDJSON).code).toBe('invalid_alert');
  });

  test('of 1,001 lines is too many', () => {
    expect(refusal('{}\n'.repeat(1_001), NDJSON).code).toBe('too_many_alerts');
  });
});
