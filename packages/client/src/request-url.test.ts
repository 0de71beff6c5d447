import { describe, expect, test } from '@jest/globals';
import { InvalidCallError } from './errors.ts';
import { parseBaseUrl, requestUrl } from './request-url.ts';

describe('the server address', () => {
  test('keeps a path prefix and loses its trailing slashes', () => {
    expect(parseBaseUrl('https://example.com/tocsin//')).toBe('https://example.com/tocsin');
    expect(parseBaseUrl('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
  });

  test.each([
    '',
    'example.com',
    'ftp://example.com',
    'http://u:p@example.com',
    'http://x/?a=1',
    'http://x/#a',
  ])('refuses %j', (text) => expect(() => parseBaseUrl(text)).toThrow(InvalidCallError));

  test.each([
    ['127.0.0.1:9411', 'The server address must begin with http:// or https://: http://127.0.0.1:9411'],
    ['localhost:9411/', 'The server address must begin with http:// or https://: http://localhost:9411/'],
    [
      'tocsin.example.com',
      'The server address must begin with http:// or https://: http://tocsin.example.com',
    ],
    ['ftp://example.com', 'The server address must be a URL such as http://127.0.0.1:8080.'],
    ['http://h:1/v1', 'The server address ends before /v1, which is added to it: http://h:1'],
    [
      'https://h/tocsin/v1/alerts/',
      'The server address ends before /v1/alerts, which is added to it: https://h/tocsin',
    ],
    ['http://h/docs', 'The server address ends before /docs, which is added to it: http://h'],
  ])('says how %s is to be written', (text, message) => {
    expect(() => parseBaseUrl(text)).toThrow(new InvalidCallError(message));
  });

  test('takes paths that only look like its own', () => {
    expect(parseBaseUrl('http://h/v1x/docs-of-us')).toBe('http://h/v1x/docs-of-us');
  });

  test('never repeats a password in its error', () => {
    expect(() => parseBaseUrl('http://u:hunter2@example.com')).not.toThrow(/hunter2/);
  });
});

describe('a request address', () => {
  test('fills parameters, percent-encoded, and repeats list values', () => {
    expect(
      requestUrl(
        'http://h/p',
        '/v1/x/{id}/y',
        { id: 'a/b c' },
        { s: ['A', 'B'], n: 3, off: undefined, no: null, b: false },
      ),
    ).toBe('http://h/p/v1/x/a%2Fb%20c/y?s=A&s=B&n=3&b=false');
  });

  test.each(['', '.', '..'])('refuses %j as a path parameter, which would name another path', (id) => {
    expect(() => requestUrl('http://h', '/v1/x/{id}', { id })).toThrow(InvalidCallError);
  });
});
