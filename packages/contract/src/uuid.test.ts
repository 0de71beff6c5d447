import { expect, test } from '@jest/globals';
import { uuidSchema } from './uuid.ts';

test('an id is read in lower case, as Postgres writes it, so that it equals what is stored', () => {
  const id = '3F0C8F0E-2A55-4C1E-8F38-0F6D3F2A9C11';
  expect(uuidSchema.parse(id)).toBe(id.toLowerCase());
  expect(uuidSchema.safeParse('3f0c8f0e').success).toBe(false);
});
