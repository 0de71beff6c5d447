import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver } from './receivers.ts';

const OK = 'HTTP/1.1 200 OK';
const LENGTH = 'Content-Length: 2';
const CHUNKED = `${OK}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const PLAIN = `${OK}\r\n${LENGTH}\r\n\r\nok`;

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

/** Sends to a receiver that answers with these bytes, and ends the connection where it should. */
async function answered(text: string, ends = false) {
  const receiver = harness.use(
    await startTcpReceiver((socket) =>
      onEachRequest(socket, () => {
        socket.write(Buffer.from(text, 'latin1'));
        if (ends) socket.end();
      }),
    ),
  );
  const result = await harness.send(receiver.url, { timeoutMs: 20_000 });
  await waitFor(() => harness.socketsInUse() === 0, { describe: 'the connection to be returned or closed' });
  return { result, isKept: harness.idleSockets() === 1 };
}

describe('a complete 2xx over a connection that is kept', () => {
  test.each<[string, string, string]>([
    ['with a length', PLAIN, 'ok'],
    ['in chunks', `${CHUNKED}2\r\nok\r\n0\r\n\r\n`, 'ok'],
    ['in chunks of upper-case sizes', `${CHUNKED}0A\r\n0123456789\r\n000\r\n\r\n`, '0123456789'],
    ['without a reason', `HTTP/1.1 200\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['with an empty reason', `HTTP/1.1 200 \r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['with names in lower case', `${OK}\r\ncontent-length: 2\r\n\r\nok`, 'ok'],
    ['with names in upper case', `${OK}\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n`, 'ok'],
    ['with spaces round a value', `${OK}\r\nContent-Length: \t 2 \r\n\r\nok`, 'ok'],
    ['with an empty field', `${OK}\r\nX:\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['with Latin-1 in a field', `${OK}\r\nX: \xe9\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    [
      'with an offer to upgrade',
      `${OK}\r\nUpgrade: h2\r\nConnection: Upgrade, Keep-Alive\r\n${LENGTH}\r\n\r\nok`,
      'ok',
    ],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['with a reset body', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n', ''],
    [
      'after 100 and 103',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${PLAIN}`,
      'ok',
    ],
  ])('%s', async (_, text, body) => {
    const { result, isKept } = await answered(text);
    expect(result).toMatchObject({ error: null, responseBody: body, responseTruncated: false });
    expect(isKept).toBe(true);
  });
});

describe('a complete 2xx over a connection that is closed after it', () => {
  test.each<[string, string, string]>([
    ['bare LF', `${OK}\n${LENGTH}\n\nok`, 'ok'],
    ['LF after CRLF', `${OK}\r\n${LENGTH}\n\r\nok`, 'ok'],
    ['CRLF after LF', `${OK}\n${LENGTH}\r\n\nok`, 'ok'],
    ['a folded field', `${OK}\r\nX-A: one\r\n two\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['a field folded by a tab', `${OK}\r\nX-A: one\r\n\ttwo\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['folded fields and bare LF', `${OK}\nX-A: one\n two\n${LENGTH}\n\nok`, 'ok'],
    ['a folded length', `${OK}\r\nContent-Length:\r\n 2\r\n\r\nok`, 'ok'],
    ['a folded first field', `${OK}\r\n folded: x\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    [
      'a length, then chunks',
      `${OK}\r\n${LENGTH}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      'ok',
    ],
    [
      'chunks, then a wrong length',
      `${OK}\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      'ok',
    ],
    ['a space before the colon of a length', `${OK}\r\nContent-Length : 2\r\n\r\nok`, 'ok'],
    ['empty lines before it', `\r\n\r\n${PLAIN}`, 'ok'],
    ['another version of HTTP', `HTTP/7.3 200 OK\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['NUL in a field', `${OK}\r\nX-A: a\0b\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['control characters in a field', `${OK}\r\nX-A: a\x01\x7fb\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['NUL in the reason', `HTTP/1.1 200 O\0K\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['spaces after chunk sizes', `${CHUNKED}2 \r\nok\r\n0 \r\n\r\n`, 'ok'],
    ['a chunk ended by LF', `${CHUNKED}2\r\nok\n0\r\n\r\n`, 'ok'],
    ['a chunk without an end', `${CHUNKED}2\r\nok0\r\n\r\n`, 'ok'],
    ['chunk extensions', `${CHUNKED}2;a=b;c="d"\r\nok\r\n0;x\r\n\r\n`, 'ok'],
    ['trailers', `${CHUNKED}2\r\nok\r\n0\r\nX-T: 1\r\n\r\n`, 'ok'],
    [
      'chunked named twice',
      `${OK}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      'ok',
    ],
    ['gzip beneath chunked', `${OK}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, 'ok'],
    ['a 100 that closes', `HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n${PLAIN}`, 'ok'],
    ['a 103 with a length', `HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n${PLAIN}`, 'ok'],
    ['a 102 that would upgrade and LF', `HTTP/1.1 102 P\nUpgrade: x\nConnection: Upgrade\n\n${PLAIN}`, 'ok'],
    ['Connection: close', `${OK}\r\nConnection: close\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['HTTP/1.0 and a length', `HTTP/1.0 200 OK\r\n${LENGTH}\r\n\r\nok`, 'ok'],
    ['a body after a 204', 'HTTP/1.1 204 No Content\r\n\r\nbody', ''],
    ['a length and a body after a 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody', ''],
    ['a length after a 204, and no body', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n', ''],
    ['chunks after a 204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', ''],
    ['chunked promised by a 204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', ''],
    ['bytes beyond its length', `${PLAIN}EXTRA`, 'ok'],
    ['a single line end beyond its length', `${PLAIN}\r\n`, 'ok'],
    [
      'bytes beyond its length, and Connection: close',
      `${OK}\r\nConnection: close\r\n${LENGTH}\r\n\r\nokEXTRA`,
      'ok',
    ],
    ['a second answer', `${PLAIN}HTTP/1.1 500 No\r\n${LENGTH}\r\n\r\nno`, 'ok'],
    ['half a second answer', `${PLAIN}HTTP/1.1 200 OK\r\nContent-Len`, 'ok'],
    ['garbage after the last chunk', `${CHUNKED}2\r\nok\r\n0\r\n\r\nGARBAGE`, 'ok'],
    ['more chunks after the last one', `${CHUNKED}2\r\nok\r\n0\r\n\r\n2\r\nno\r\n0\r\n\r\n`, 'ok'],
  ])('for %s', async (_, text, body) => {
    const { result, isKept } = await answered(text);
    expect(result).toMatchObject({ error: null, responseBody: body, responseTruncated: false });
    expect(isKept).toBe(false);
  });

  test.each<[string, string, string]>([
    ['no length', `${OK}\r\n\r\nok`, 'ok'],
    ['no length, in HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok', 'ok'],
    ['neither length nor body', 'HTTP/1.1 205 Reset Content\r\n\r\n', ''],
    ['a coding other than chunked', `${OK}\r\nTransfer-Encoding: gzip\r\n\r\nok`, 'ok'],
    ['the identity coding and a length', `${OK}\r\nTransfer-Encoding: identity\r\n${LENGTH}\r\n\r\nok`, 'ok'],
  ])('whose end is that of the connection, for %s', async (_, text, body) => {
    const { result, isKept } = await answered(text, true);
    expect(result).toMatchObject({ error: null, responseBody: body });
    expect(isKept).toBe(false);
  });

  test('when it is reset just after it', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => socket.write(PLAIN, () => setImmediate(() => socket.resetAndDestroy()))),
      ),
    );
    expect(await harness.send(receiver.url)).toMatchObject({ error: null, responseBody: 'ok' });
  });

  test('of more than 16 KiB with an error in its bytes beyond that', async () => {
    const chunk = `4000\r\n${'a'.repeat(16 * 1024)}\r\n`;
    const { result } = await answered(`${CHUNKED}${chunk}zzz`);
    expect(result).toMatchObject({ error: null, responseTruncated: true });
  });
});

describe('an answer that Node reads in neither mode is protocol, and its connection is closed', () => {
  test.each([
    ['different lengths', `${OK}\r\nContent-Length: 1\r\n${LENGTH}\r\n\r\nok`],
    // Node's parser takes no second length, equal or not.
    ['equal lengths', `${OK}\r\n${LENGTH}\r\n${LENGTH}\r\n\r\nok`],
    ['a list of lengths', `${OK}\r\nContent-Length: 2, 2\r\n\r\nok`],
    ['a length with a sign', `${OK}\r\nContent-Length: +2\r\n\r\nok`],
    ['a length that is none', `${OK}\r\nContent-Length: 2abc\r\n\r\nok`],
    ['a length above 64 bits', `${OK}\r\nContent-Length: 99999999999999999999999\r\n\r\nok`],
    ['an empty length', `${OK}\r\nContent-Length:\r\n\r\nok`],
    ['bare CR', `${OK}\r${LENGTH}\r\rok`],
    ['lower-case http', `http/1.1 200 OK\r\n${LENGTH}\r\n\r\nok`],
    ['ICY', `ICY 200 OK\r\n${LENGTH}\r\n\r\nok`],
    ['no minor version', `HTTP/1 200 OK\r\n${LENGTH}\r\n\r\nok`],
    ['four digits', `HTTP/1.1 2000 OK\r\n${LENGTH}\r\n\r\nok`],
    ['two digits', `HTTP/1.1 20 OK\r\n${LENGTH}\r\n\r\nok`],
    ['two spaces', `HTTP/1.1  200 OK\r\n${LENGTH}\r\n\r\nok`],
    ['a space in a name', `${OK}\r\nX A: b\r\n${LENGTH}\r\n\r\nok`],
    ['no colon', `${OK}\r\nXYZ\r\n${LENGTH}\r\n\r\nok`],
    ['the frames of HTTP/2', '\0\0\x12\x04\0\0\0\0\0'],
    ['a byte order mark', `\xef\xbb\xbf${PLAIN}`],
    ['a status below 200 that ends a message', `HTTP/1.1 099 X\r\n${LENGTH}\r\n\r\nok`],
    ['101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['101 with a length', `HTTP/1.1 101 Switching Protocols\r\n${LENGTH}\r\n\r\nok`],
    ['headers above 16 KiB', `${OK}\r\nX: ${'a'.repeat(20_000)}\r\n${LENGTH}\r\n\r\nok`],
    ['a wrong chunk size', `${CHUNKED}0x2\r\nok\r\n0\r\n\r\n`],
  ])('(%s)', async (_, text) => {
    const { result, isKept } = await answered(text);
    expect(result.error?.code).toBe('protocol');
    expect(isKept).toBe(false);
  });
});

describe('what comes after an answer', () => {
  /** Answers each first request, and once that is read sends what nobody asked for. */
  async function startTalkative(extra: string) {
    const receiver = harness.use(
      await startTcpReceiver((socket) => {
        onEachRequest(socket, (request) => {
          if (request > 1) return void socket.write(`${OK}\r\nContent-Length: 6\r\n\r\nsecond`);
          socket.write(PLAIN);
          setImmediate(() => setImmediate(() => socket.write(extra)));
        });
      }),
    );
    return receiver;
  }

  test.each([
    ['garbage', 'garbage'],
    ['a whole answer', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'],
  ])('(%s) closes the idle connection, and answers no other request', async (_, extra) => {
    const receiver = await startTalkative(extra);
    expect((await harness.send(receiver.url)).error).toBeNull();
    await waitFor(() => harness.idleSockets() === 0, { describe: 'the idle connection to be closed' });
    expect(await harness.send(receiver.url)).toMatchObject({ error: null, responseBody: 'ok' });
    expect(receiver.connectionCount()).toBe(2);
  });

  test.each([
    ['101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a status below 200', `HTTP/1.1 099 X\r\n${LENGTH}\r\n\r\nok`],
  ])('%s leaves no connection for the next POST to wait on', async (_, text) => {
    const receiver = harness.use(
      await startTcpReceiver((socket, count) =>
        // A connection whose first answer was odd says nothing any more.
        onEachRequest(socket, (request) => request === 1 && socket.write(count === 1 ? text : PLAIN)),
      ),
    );
    expect((await harness.send(receiver.url)).error?.code).toBe('protocol');
    expect((await harness.send(receiver.url)).error).toBeNull();
    expect(receiver.connectionCount()).toBe(2);
  });
});
