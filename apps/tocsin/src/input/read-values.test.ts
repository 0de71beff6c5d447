import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { readValues } from './read-values.ts';

const never = new AbortController().signal;

async function readAll(pieces: readonly (string | Buffer)[]): Promise<string[]> {
  const stream = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  const found: string[] = [];
  for await (const cut of readValues(stream, { valueBytesMax: 1_000, stop: never })) {
    found.push(`${cut.line}@${cut.endOffset} ${cut.kind === 'value' ? cut.text : cut.message}`);
  }
  return found;
}

describe('values of an input', () => {
  test('are read from NDJSON, an array, an object over lines, and objects one after another', async () => {
    await expect(readAll(['{"a":1}\n{"a"', ':2}'])).resolves.toEqual(['1@8 {"a":1}', '2@15 {"a":2}']);
    await expect(readAll(['[{},', '{}]'])).resolves.toEqual(['1@3 {}', '1@6 {}']);
    await expect(readAll(['{\n"a":', '1}\n{\n}'])).resolves.toEqual(['1@8 {\n"a":1}', '3@12 {\n}']);
    await expect(readAll([])).resolves.toEqual([]);
  });

  test('begin after a byte order mark, also one that comes in pieces', async () => {
    await expect(readAll([Buffer.from([0xef]), Buffer.from([0xbb, 0xbf]), '{"a":1}\n'])).resolves.toEqual([
      '1@11 {"a":1}',
    ]);
  });

  test('are read from a first line longer than any layout needs', async () => {
    const long = `{"a":"${'x'.repeat(2_000_000)}"}`;
    await expect(readAll([long, '\n{}'])).resolves.toEqual([
      expect.stringMatching(/^1@2000009 longer than 1000 bytes/),
      '2@2000011 {}',
    ]);
  });

  test('end when told to, also while a writer is silent, and what was under way is not taken for whole', async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    stream.write('{"a":1}\n{"a":2');
    const values = readValues(stream, { valueBytesMax: 1_000, stop: stop.signal });
    await expect(values.next()).resolves.toMatchObject({ value: { kind: 'value', line: 1 } });
    const next = values.next();
    stop.abort();
    await expect(next).rejects.toMatchObject({ name: 'StoppedError' });
    expect(stream.destroyed).toBe(true);
  });

  test('pass on what went wrong with the stream', async () => {
    const stream = new PassThrough();
    const values = readValues(stream, { valueBytesMax: 1_000, stop: never });
    const next = values.next();
    stream.destroy(new Error('disk on fire'));
    await expect(next).rejects.toThrow('disk on fire');
  });
});
