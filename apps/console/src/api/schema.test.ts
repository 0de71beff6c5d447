import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { renderSchema, SCHEMA_FILE } from '../../scripts/render-schema.ts';

test('the client’s types are those of the API document; `pnpm --filter @tocsin/console generate` writes them', async () => {
  expect(await readFile(SCHEMA_FILE, 'utf8')).toBe(await renderSchema());
});
