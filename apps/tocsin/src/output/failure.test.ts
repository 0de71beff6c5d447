import { describe, expect, test } from '@jest/globals';
import { ApiError, ConnectionError, InvalidCallError } from '@tocsin/client';
import { SettingsError } from '@tocsin/service';
import { UsageError } from '../usage-error.ts';
import { describeFailure, failureText } from './failure.ts';

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

  test('that passes says after how long', () => {
    const limited = { status: 429, code: 'rate_limited', detail: 'Too many.', retryAfterSeconds: 40 };
    expect(failureText(new ApiError(limited), false)).toBe('tocsin: Too many.\n  Try again in 40 s.\n');
    expect(describeFailure(new ApiError(limited))).toMatchObject({ retryAfterSeconds: 40 });
  });

  test('of the server gives the id under which its log has it', () => {
    const internal = new ApiError({ status: 500, code: 'internal', detail: 'Oh.', requestId: 'r-9' });
    expect(failureText(internal, false)).toContain('request id r-9');
  });

  test('of usage is its sentence alone; of the program comes with its stack', () => {
    expect(failureText(new UsageError('Give a file.'), false)).toBe('tocsin: Give a file.\n');
    expect(failureText(new InvalidCallError('".." cannot be an id.'), false)).toBe(
      'tocsin: ".." cannot be an id.\n',
    );
    expect(failureText(new RangeError('bug'), false)).toContain('failure.test.ts');
  });

  test('of the system or the database is what it says, without a stack', () => {
    const refused = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' });
    expect(failureText(refused, false)).toBe('tocsin: Invalid URL\n');
    const server = new Error('Postgres did not start:\nno space left');
    expect(failureText(server, false)).toBe('tocsin: Postgres did not start:\n  no space left\n');
    expect(JSON.parse(failureText(server, true))).toEqual({
      error: { code: 'unexpected', message: 'Postgres did not start:\nno space left' },
    });
  });

  test('of the settings names each fault on a line of its own', () => {
    const error = new SettingsError(['PORT: must be a number', 'TOCSIN_EGRESS_ALLOW: "a: b" is no range']);
    expect(failureText(error, false)).toBe(
      'tocsin: The settings are not usable.\n  PORT: must be a number\n  TOCSIN_EGRESS_ALLOW: "a: b" is no range\n',
    );
    expect(describeFailure(error)).toMatchObject({
      code: 'invalid_settings',
      errors: [{ path: 'PORT', message: 'must be a number' }, { path: 'TOCSIN_EGRESS_ALLOW' }],
    });
  });
});
