import { describe, expect, test } from '@jest/globals';
import { SCOPES, type Scope } from '@tocsin/contract';
import { mayUse } from './principal.ts';

const having = (...scopes: Scope[]) => ({ keyId: 'k', keyName: 'n', scopes });

describe('scopes', () => {
  test.each(SCOPES)('%s allows itself, and nothing else unless it is admin', (scope) => {
    for (const needed of SCOPES) {
      expect(mayUse(having(scope), needed)).toBe(scope === needed || scope === 'admin');
    }
  });

  test('no scope is needed where none is asked for, and no scope allows nothing', () => {
    expect(mayUse(having(), null)).toBe(true);
    for (const needed of SCOPES) expect(mayUse(having(), needed)).toBe(false);
  });
});
