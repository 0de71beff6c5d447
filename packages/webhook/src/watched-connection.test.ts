import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainAnswer } from './watched-connection.ts';

const isPlain = (text: string) => isPlainAnswer(Buffer.from(text, 'latin1'));
const byLength = (body: string) => `HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const byChunks = (chunks: readonly string[]) => {
  const framed = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${framed}0\r\n\r\n`;
};
const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array).toString('latin1'));
const answers = fc.oneof(bytes.map(byLength), fc.array(bytes.filter((chunk) => chunk !== '')).map(byChunks));

describe('an answer by the book', () => {
  test('is plain, and neither less nor more of it is', () => {
    fc.assert(
      fc.property(answers, fc.nat(), bytes, (answer, cut, more) => {
        expect(isPlain(answer)).toBe(true);
        expect(isPlain(answer.slice(0, cut % answer.length))).toBe(false);
        expect(isPlain(answer + more)).toBe(more === '');
      }),
    );
  });

  test('is not plain with another line end, nor with a second answer behind it', () => {
    fc.assert(
      fc.property(answers, answers, (answer, other) => {
        expect(isPlain(answer.replace('\r\n', '\n'))).toBe(false);
        expect(isPlain(answer + other)).toBe(false);
      }),
    );
  });

  test('may have 1xx before it', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 100, max: 199 }), (answer, status) => {
        expect(isPlain(`HTTP/1.1 ${status}\r\nLink: x\r\n\r\n${answer}`)).toBe(status !== 101);
      }),
    );
  });

  test('is recognised in time that grows with its length alone', () => {
    const head = `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(2_500)}`;
    expect(isPlain(`${head}Content-Length: 2\r\n\r\nok`)).toBe(true);
    expect(isPlain(`${head}\0: b\r\n\r\n`)).toBe(false);
    expect(isPlain(`HTTP/1.1 200 OK\r\nContent-Length:${' '.repeat(15_000)}x\r\n\r\n`)).toBe(false);
  });
});
