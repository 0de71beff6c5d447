import { describe, expect, test } from '@jest/globals';
import { generateSessionToken } from '@tocsin/secrets';
import { sessionTokensOf } from './session-tokens.ts';

const [foreign, ours, plain] = [
  generateSessionToken(),
  generateSessionToken(),
  generateSessionToken(),
] as const;

describe('the tokens among a request’s cookies', () => {
  test('are all of the name, so that a foreign one before ours does no harm', () => {
    expect(sessionTokensOf(`tocsin_session=${foreign}; a=b; tocsin_session=${ours}`, false)).toEqual([
      foreign,
      ours,
    ]);
    expect(
      sessionTokensOf(
        `tocsin_session=x; tocsin_session=; tocsin_session=%E0%A4%A; tocsin_session=${ours}`,
        false,
      ),
    ).toEqual([ours]);
  });

  test('are over TLS those alone that no other host can have set', () => {
    const header = `tocsin_session=${plain}; __Host-tocsin_session=${ours}`;
    expect(sessionTokensOf(header, true)).toEqual([ours]);
    expect(sessionTokensOf(header, false)).toEqual([ours, plain]);
    expect(sessionTokensOf(`tocsin_session=${plain}; __host-tocsin_session=${ours}`, true)).toEqual([]);
  });

  test('are no more than ten, and each is tried once', () => {
    const many = Array.from({ length: 500 }, generateSessionToken);
    expect(sessionTokensOf(many.map((token) => `tocsin_session=${token}`).join('; '), false)).toEqual(
      many.slice(0, 10),
    );
    expect(sessionTokensOf(Array(20).fill(`tocsin_session=${ours}`).join(';'), false)).toEqual([ours]);
  });

  test('are none where a header has none', () => {
    for (const header of ['', ';', '=', 'tocsin_session', `xtocsin_session=${ours}`, ours])
      expect(sessionTokensOf(header, false)).toEqual([]);
  });
});
