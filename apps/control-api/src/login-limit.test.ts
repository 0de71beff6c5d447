import { expect, test } from '@jest/globals';
import { createLoginLimit } from './login-limit.ts';

test('refused sign-ins are written down a hundred times a minute, wherever they come from', async () => {
  const limit = createLoginLimit();
  const written = await Promise.all(Array.from({ length: 150 }, () => limit.mayRecord()));
  expect(written.filter(Boolean)).toHaveLength(100);
});
