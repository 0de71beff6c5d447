import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactError, redactValue, scrubText } from './redaction.ts';

describe('texts', () => {
  test.each([
    [
      'a URL keeps its origin',
      'POST https://hooks.example:8443/T0/B0/canary failed',
      'POST https://hooks.example:8443/… failed',
    ],
    ['userinfo goes', 'at postgres://tocsin:canary@db:5432/tocsin', 'at postgres://db:5432/…'],
    ['a password with a slash hides the host too', 'redis://:can/ary@redis:6379', 'redis://…'],
    ['an address of IPv6 stays', 'http://[::1]:8080', 'http://[::1]:8080'],
    ['a query of a path goes', 'GET /hook?token=canary 404', 'GET /hook?… 404'],
    ['a bearer token goes', 'authorization: Bearer canary', 'authorization: ********'],
    ['basic credentials go', 'Authorization: basic Y2FuYXJ5', 'Authorization: ********'],
    ['an API key goes', 'key tcs_abc_canary_more was used', 'key ******** was used'],
    ['an API key goes, whatever its id', 'key tcs_a.b~c_canary_more was used', 'key ******** was used'],
    ['a signing secret goes', 'whsec_Y2FuYXJ5Y2FuYXJ5', '********'],
    [
      'other text stays',
      'connect ECONNREFUSED 127.0.0.1:5432 (5 of 7?)',
      'connect ECONNREFUSED 127.0.0.1:5432 (5 of 7?)',
    ],
  ])('%s', (_, text, expected) => expect(scrubText(text)).toBe(expected));

  test('wherever a canary stands in a URL behind its origin, it does not show', () => {
    const part = fc.string({ unit: fc.constantFrom(...'abc:/?#@[]&=%.-') });
    fc.assert(
      fc.property(part, part, part, (before, after, rest) => {
        expect(scrubText(`x https://${before}:canary${after}@host/${rest} y`)).not.toContain('canary');
        expect(scrubText(`x https://host/${before}canary${after} y`)).not.toContain('canary');
        expect(scrubText(`x https://host?${before}canary${after} y`)).not.toContain('canary');
      }),
    );
  });

  test('a long text is cut, and not in the middle of a URL', () => {
    const url = 'https://user:canary@host/';
    for (let length = 1_975; length <= 2_000; length += 1) {
      const scrubbed = scrubText(`${'a '.repeat(length / 2).padEnd(length)}${url} ${'b'.repeat(100)}`);
      expect(scrubbed.length).toBeLessThanOrEqual(2_001);
      expect(scrubbed).not.toContain('canary');
      expect(scrubbed).not.toContain('user');
    }
  });

  test('hostile texts take no longer than their length', () => {
    for (const unit of ['a.', 'a:', '://', '@', 'tcs_a-', 'Bearer ', '/?', '\\']) {
      const before = process.cpuUsage();
      scrubText(unit.repeat(200_000));
      // CPU time, however busy this machine is; quadratic work would take minutes.
      expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    }
  });
});

describe('errors', () => {
  test('keep name, code, message and place, and nothing else', () => {
    const error = Object.assign(new TypeError('it broke'), {
      code: 'EBROKEN',
      options: { headers: { a: 'canary' } },
    });
    const redacted = redactError(error);
    expect(redacted).toEqual({
      name: 'TypeError',
      code: 'EBROKEN',
      message: 'it broke',
      stack: expect.anything(),
    });
    expect(redacted.stack?.[0]).toMatch(/^at .*redaction\.test\.ts:\d+/);
  });

  test('keep the same of their causes, to a depth of five', () => {
    let error: Error = new Error('0');
    for (let depth = 1; depth <= 9; depth += 1) error = new Error(`${depth}`, { cause: error });
    const messages: string[] = [];
    for (let at: ReturnType<typeof redactError> | undefined = redactError(error); at; at = at.cause) {
      messages.push(at.message);
    }
    expect(messages).toEqual(['9', '8', '7', '6', '5', '4']);
  });

  test('a cause that is its own cause ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(redactError(error))).toContain('round');
  });

  test('frames that a message pretends to are not taken for the stack', () => {
    const error = new Error('x\n    at canary (canary.ts:1:1)\n    at https://canary@host/a.ts:1:1');
    expect(JSON.stringify(redactError(error).stack)).not.toContain('canary');
  });

  test('without a message, say their code', () => {
    const error = Object.assign(new AggregateError([new Error('canary')]), { code: 'ECONNREFUSED' });
    expect(redactError(error).message).toBe('ECONNREFUSED');
  });

  test('as plain objects keep the same', () => {
    const error = { code: 'internal', message: 'at https://u:canary@host/', url: 'canary' };
    expect(redactError(error)).toEqual({ name: 'NonError', code: 'internal', message: 'at https://host/…' });
    expect(redactValue({ err: 'at https://u:canary@host/' })).toEqual({
      err: { name: 'NonError', message: 'at https://host/…' },
    });
  });

  test('what is thrown without being an error is named by its type alone', () => {
    expect(redactError({ token: 'canary' })).toEqual({ name: 'NonError', message: 'a thrown object' });
    expect(redactError('at https://u:canary@host/')).toEqual({
      name: 'NonError',
      message: 'at https://host/…',
    });
    expect(redactError(undefined).message).toBe('a thrown undefined');
  });
});

describe('values', () => {
  test('secrets are masked by the key’s name in any spelling', () => {
    const fields = {
      Authorization: 'canary',
      'X-API-Key': 'canary',
      apiKey: 'canary',
      'set-cookie': ['canary'],
      signingSecret: { deep: 'canary' },
      PASSWORD: 'canary',
      serviceToken: 'canary',
      headers: { 'x-custom': 'canary' },
      options: { a: 'canary' },
      body: 'canary',
    };
    const shown = redactValue({ nested: [fields] });
    expect(JSON.stringify(shown)).not.toContain('canary');
    expect(Object.keys((shown as { nested: [object] }).nested[0])).toEqual(Object.keys(fields));
  });

  test('numbers, flags, ids and dates stay', () => {
    const fields = { tokenCount: 3, hasSecret: true, keyId: 'abc', at: new Date(0), none: null, big: 12n };
    expect(redactValue(fields)).toEqual({
      tokenCount: 3,
      hasSecret: true,
      keyId: 'abc',
      at: '1970-01-01T00:00:00.000Z',
      none: null,
      big: '12',
    });
  });

  test('instances of classes, functions and deep nests are named only', () => {
    expect(redactValue(new Map([['a', 'canary']]))).toBe('[object]');
    expect(redactValue(new Headers({ a: 'canary' }))).toBe('[object]');
    expect(redactValue(Buffer.from('canary'))).toBe('[object]');
    expect(redactValue(() => 'canary')).toBe('[function]');
    expect(redactValue({ a: { b: { c: { d: { e: 'canary' } } } } })).toEqual({
      a: { b: { c: { d: '[nested]' } } },
    });
  });

  test('a round of references ends', () => {
    const round: Record<string, unknown> = { name: 'a' };
    round.self = round;
    expect(JSON.stringify(redactValue(round))).toContain('[nested]');
  });
});
