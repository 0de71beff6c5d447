import { describe, expect, test } from '@jest/globals';
import { ApiError, ConnectionError } from '@tocsin/client';
import { UsageError } from '../usage-error.ts';
import { failureText } from './failure.ts';

const refusal = new ApiError({
  status: 400,
  code: 'invalid_request',
  detail: 'The request is\u001b[2J invalid.',
  errors: [
    { path: 'headers[0].name', message: 'may not be Host' },
    { path: '', message: 'unknown key "ur\u0007l"' },
  ],
  requestId: 'r-1',
});

describe('a failure', () => {
  test('names the fields, without control characters', () => {
    expect(failureText(refusal, false)).toBe(
      'tocsin: The request is\\u001b[2J invalid.\n  headers[0].name: may not be Host\n  (body): unknown key "ur\\u0007l"\n',
    );
  });

  test('is one line of JSON where JSON is asked for', () => {
    const text = failureText(refusal, true);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 'invalid_request', status: 400, requestId: 'r-1' },
    });
  });

  test('says what might help', () => {
    expect(failureText(new ConnectionError('connection_refused', 'Nothing there.'), false)).toContain(
      'tocsin up',
    );
    const unauthorized = new ApiError({ status: 401, code: 'unauthorized', detail: 'No.' });
    expect(failureText(unauthorized, false)).toContain('TOCSIN_API_KEY');
  });

  test('of the server gives the id under which its log has it', () => {
    const internal = new ApiError({ status: 500, code: 'internal', detail: 'Oh.', requestId: 'r-9' });
    expect(failureText(internal, false)).toContain('request id r-9');
  });

  test('of usage is its sentence alone; of the program comes with its stack', () => {
    expect(failureText(new UsageError('Give a file.'), false)).toBe('tocsin: Give a file.\n');
    expect(failureText(new RangeError('bug'), false)).toContain('failure.test.ts');
  });
});
