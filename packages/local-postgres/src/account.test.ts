import { expect, test } from '@jest/globals';
import { accountFor } from './account.ts';

const NOBODY = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n';

test('a user who is not root runs the server under their own account', () => {
  expect(accountFor(1000, () => NOBODY)).toBeUndefined();
  expect(accountFor(undefined, () => NOBODY)).toBeUndefined();
});

test('root runs it as postgres where there is one, else as nobody', () => {
  expect(accountFor(0, () => `${NOBODY}postgres:x:105:109::/:/bin/sh\n`)).toEqual({ uid: 105, gid: 109 });
  expect(accountFor(0, () => NOBODY)).toEqual({ uid: 65534, gid: 65533 });
});

test('root without either gets the advice to set DATABASE_URL', () => {
  expect(() => accountFor(0, () => 'root:x:0:0::/root:/bin/sh\n')).toThrow('DATABASE_URL');
});
