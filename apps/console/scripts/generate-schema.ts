/** Writes the types of the HTTP API, from its OpenAPI document, for the console's client: `pnpm --filter @tocsin/console generate`. */
import { writeFile } from 'node:fs/promises';
import { renderSchema, SCHEMA_FILE } from './render-schema.ts';

await writeFile(SCHEMA_FILE, await renderSchema());
