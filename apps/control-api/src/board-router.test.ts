import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { answerOf } from './board-router.ts';

const failure = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);

describe('an error of the board', () => {
  test.each([
    failure("Stream isn't writeable and enableOfflineQueue options is false"),
    failure('Connection is closed.'),
    failure('Command timed out'),
    failure('Query read timeout'),
    failure('Connection terminated unexpectedly'),
    failure('connect ECONNREFUSED redis://user:canary@10.0.0.1:6379', { code: 'ECONNREFUSED' }),
    failure('terminating connection due to administrator command', { code: '57P01' }),
  ])('$message: the queues are unavailable', (error) => {
    const { status, body } = answerOf(error);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'unavailable', error: expect.stringContaining('cannot be reached') });
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  test('of BullMQ is about the request, and is said with what may be shown of it', () => {
    expect(answerOf(failure('Job 7 is not in the delayed state. promote', { code: -3 }))).toEqual({
      status: 409,
      body: { error: 'Job 7 is not in the delayed state. promote' },
    });
    expect(answerOf(failure('see redis://user:canary@host/')).body.error).not.toContain('canary');
  });

  test('that nobody expected goes on to the server, as do its own', () => {
    const errors = [
      new TypeError('undefined is not a function'),
      new ProblemError('forbidden'),
      failure('request entity too large', { status: 413 }),
    ];
    for (const error of errors) expect(() => answerOf(error)).toThrow(error);
  });
});
