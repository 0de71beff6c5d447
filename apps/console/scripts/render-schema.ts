import { fileURLToPath } from 'node:url';
import { buildOpenApi } from '@tocsin/contract';
import openapiTs, { astToString } from 'openapi-typescript';

/** Where the generated types are kept. */
export const SCHEMA_FILE = fileURLToPath(new URL('../src/api/schema.gen.ts', import.meta.url));

/** Texts and examples change no type; a property that is called so holds a schema, which is no text. */
const withoutTexts = (key: string, value: unknown) =>
  (['summary', 'description'].includes(key) && typeof value === 'string') || key.startsWith('example')
    ? undefined
    : value;

/** @returns the types of every operation, as TypeScript */
export async function renderSchema(): Promise<string> {
  const document = JSON.stringify(buildOpenApi('0.0.0'), withoutTexts);
  const nodes = await openapiTs(document, { defaultNonNullable: true });
  return `// Generated from the OpenAPI document; \`pnpm --filter @tocsin/console generate\` writes it anew.\n\n${astToString(nodes)}`;
}
